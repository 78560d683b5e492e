"""Addresses of the desk's work, under /desk/work/."""

from django.urls import path

from agents.work import views, views_cases

urlpatterns = [
    path("customer/", views.customer, name="desk_customer"),
    path("customer/edit/", views.edit_customer, name="desk_customer_edit"),
    path("knowledge/", views.knowledge, name="desk_knowledge"),
    path("contact/", views_cases.contact, name="desk_contact"),
    path("case/new/", views_cases.new_case, name="desk_case_new"),
    path("case/<uuid:key>/", views_cases.case, name="desk_case"),
    path("draft/<uuid:tenant_id>/<uuid:key>/<int:seen>/", views_cases.draft, name="desk_draft"),
    path("script/<uuid:key>/", views_cases.script, name="desk_script"),
]
