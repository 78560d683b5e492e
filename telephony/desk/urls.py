"""Addresses of the desk, under /desk/."""

from django.urls import include, path

from telephony.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("state/", views.state, name="desk_state"),
    path("phone/", views.phone, name="desk_phone"),
    path("shift/", views.begin_shift, name="desk_shift"),
    path("shift/end/", views.end_shift, name="desk_shift_end"),
    path("break/", views.take_a_break, name="desk_break"),
    path("ready/", views.be_ready, name="desk_ready"),
    path("calls/<uuid:call_id>/ask/", views.ask, name="desk_ask"),
    path("calls/<uuid:call_id>/disposition/", views.disposition, name="desk_disposition"),
    path("calls/<uuid:call_id>/pop/", views.pop_up, name="desk_pop"),
    path("dial/", views.dial, name="desk_dial"),
    path("requests/<uuid:request_id>/", views.answer, name="desk_answer"),
    path("", include("agents.desktop.urls")),
]
