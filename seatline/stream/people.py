"""The door of people with a session: the operator's staff hear of every tenant, a tenant's people of their own.

They stay as long as the session, the account, its password and its roles do.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.models import Session
from django.http import HttpRequest

from seatline import clock
from seatline.stream.addresses import Pass
from seatline.stream.topics import topics_for
from tenants.accounts.models import Membership, User
from tenants.accounts.rights import OF_GROUP, OF_ROLE, Right
from tenants.accounts.scope import operator_scope


@dataclass(frozen=True, slots=True)
class Person:
    """A person at one browser; `secret` differs after a change of the password."""

    user_id: UUID
    session: str
    secret: str


class PeopleDoor:
    """Lets in whoever is logged in with a password."""

    def enter(self, request: HttpRequest) -> tuple[Person, Collection[Pass]] | None:
        """The person of the session."""
        user = request.user
        if not isinstance(user, User) or not user.is_active or not request.session.session_key:
            return None
        person = Person(user.pk, request.session.session_key, user.get_session_auth_hash())
        return person, passes_of([user])[user.pk]

    def still(self, visitors: Collection[Hashable]) -> Mapping[Hashable, Collection[Pass]]:
        """Those whose session goes on, with what their roles open now."""
        people = [one for one in visitors if isinstance(one, Person)]
        keys = [one.session for one in people]
        live = set(
            Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list(
                "session_key", flat=True
            )
        )
        users = User.objects.in_bulk([one.user_id for one in people])
        here = [
            one
            for one in people
            if one.session in live
            and (user := users.get(one.user_id))
            and user.is_active
            and user.get_session_auth_hash() == one.secret
        ]
        passes = passes_of([users[one.user_id] for one in here])
        return {one: passes[one.user_id] for one in here}


def passes_of(users: Collection[User]) -> dict[UUID, list[Pass]]:
    """What opens to these people, by their id."""
    found: dict[UUID, list[Pass]] = {user.pk: [] for user in users}
    rights: dict[UUID, frozenset[Right]] = defaultdict(frozenset)
    staff = [user.pk for user in users if user.is_staff]
    with operator_scope():
        for user_id, group in User.objects.filter(pk__in=staff).values_list("pk", "groups__name"):
            rights[user_id] |= OF_GROUP.get(group or "", frozenset())
        for one in Membership.objects.filter(user_id__in=list(found)):
            found[one.user_id].append(Pass(one.tenant_id, topics_for(OF_ROLE[one.role])))
    for user_id, theirs in rights.items():
        found[user_id].append(Pass(None, topics_for(theirs)))
    return found
