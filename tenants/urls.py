"""Addresses of this floor among tenants' own pages, under /t/CODE/."""

from django.urls import path

from tenants.cases import views as cases
from tenants.cases import views_types as types
from tenants.customers import views as customers
from tenants.customers import views_files as files
from tenants.forms import views as scripts
from tenants.knowledge import views as knowledge

urlpatterns = [
    path("customers/", customers.customers, name="work_customers"),
    path("customers/new/", customers.new_customer, name="work_customer_new"),
    path("customers/fields/", customers.fields, name="work_customer_fields"),
    path("customers/export/", files.export, name="work_export"),
    path("customers/imports/", files.imports, name="work_imports"),
    path("customers/imports/<uuid:key>/", files.one_import, name="work_import"),
    path("customers/merges/<uuid:key>/undo/", customers.undo, name="work_undo"),
    path("customers/<uuid:key>/", customers.customer, name="work_customer"),
    path("customers/<uuid:key>/merge/", customers.merge_customers, name="work_merge"),
    path("cases/", cases.cases, name="work_cases"),
    path("cases/new/", cases.new_case, name="work_case_new"),
    path("cases/topics/", types.topics, name="work_topics"),
    path("cases/types/", types.types, name="work_case_types"),
    path("cases/types/new/", types.case_type, name="work_case_type_new"),
    path("cases/types/<uuid:key>/", types.case_type, name="work_case_type"),
    path("cases/<uuid:key>/", cases.case, name="work_case"),
    path("knowledge/", knowledge.articles, name="work_articles"),
    path("knowledge/new/", knowledge.article, name="work_article_new"),
    path("knowledge/<uuid:key>/", knowledge.article, name="work_article"),
    path("forms/", scripts.scripts, name="work_scripts"),
    path("forms/new/", scripts.script, name="work_script_new"),
    path("forms/<uuid:key>/", scripts.script, name="work_script"),
    path("forms/<uuid:key>/answers/", scripts.answers, name="work_script_answers"),
]
