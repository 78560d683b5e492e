"""People with logins: the operator's staff, the tenants' people, and the agents with skills and PINs."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group

from agents.people.models import Agent, AgentPin
from agents.people.services import add_agent, add_pause_reason, add_skill, give_skill, set_pin
from seatline.house.world.values import AgentSeat, World
from tenants.accounts.models import Language, Membership, Tenant, User
from tenants.accounts.staff import FINANCE, OPERATIONS, SECURITY, SUPERVISION

GROUP_OF = {"operator": OPERATIONS, "finance": FINANCE, "floor_sup": SUPERVISION, "security": SECURITY}
READS_CHINESE = frozenset({"operator2", "finance2"})  # of the staff; tenants' people all do

NAMES = (
    ("Lin Yue", "林悦"), ("Chen Hao", "陈浩"), ("Wang Min", "王敏"), ("Zhao Lei", "赵磊"), ("Sun Jia", "孙佳"),
    ("Zhou Ting", "周婷"), ("Wu Qiang", "吴强"), ("Zheng Yi", "郑怡"), ("Xu Dan", "徐丹"), ("Ma Chao", "马超"),
    ("Hu Xin", "胡欣"), ("Guo Wei", "郭伟"), ("He Jing", "何静"), ("Gao Peng", "高鹏"), ("Luo Na", "罗娜"),
    ("Liang Bo", "梁博"), ("Song Ying", "宋颖"), ("Tang Rui", "唐睿"), ("Han Xue", "韩雪"), ("Feng Kai", "冯凯"),
    ("Cao Lan", "曹兰"), ("Peng Fei", "彭飞"), ("Zeng Hui", "曾慧"), ("Xiao Jun", "肖军"), ("Tian Mei", "田梅"),
    ("Pan Long", "潘龙"),
)  # fmt: skip
PAUSES = (
    ("1", "Meal", "用餐"), ("2", "Short break", "小休"), ("3", "Training", "培训"), ("4", "Back office", "事务处理"),
    ("5", "Meeting", "会议"),
)  # fmt: skip
SKILLS = {
    "museum": (("mandarin", "Mandarin", "普通话"), ("english", "English", "英语")),
    "harbour": (("claims", "Claims", "理赔"), ("policies", "Policies", "保单"), ("english", "English", "英语")),
    "lotus": (("orders", "Orders", "订单"), ("english", "English", "英语")),
}


def make_users(world: World) -> None:
    """Staff in their groups and everybody's passwords; agents get a login that opens nothing yet."""
    wanted = [(one.login, one.secret) for one in world.users] + [(one.login, one.secret) for one in world.agents]
    there = {user.username: user for user in User.objects.filter(username__in=[login for login, _ in wanted])}
    first = there.get(wanted[0][0])
    if first is not None and not check_password(wanted[0][1], first.password):
        there = _with_new_passwords(there, dict(wanted))  # this machine has got another secret meanwhile
    missing = [(login, secret) for login, secret in wanted if login not in there]
    for (login, _), hashed in zip(missing, _hashed([secret for _, secret in missing]), strict=True):
        there[login] = User.objects.create(username=login, password=hashed, is_staff=False)
    for one in world.users:
        user = there[one.login]
        if one.tenant is None and not user.is_staff:
            user.is_staff = True
            user.language = Language.CHINESE if one.login in READS_CHINESE else Language.ENGLISH
            user.save(update_fields=["is_staff", "language"])
            user.groups.add(Group.objects.get(name=GROUP_OF[one.role]))


def _with_new_passwords(there: dict[str, User], secrets: Mapping[str, str]) -> dict[str, User]:
    for user, hashed in zip(there.values(), _hashed([secrets[login] for login in there]), strict=True):
        user.password = hashed
        user.save(update_fields=["password"])
    # PINs follow the same secret: `make_agents` sets those that are not there.
    AgentPin.objects.update(hashed="")
    return there


def _hashed(secrets: Sequence[str]) -> list[str]:
    """Hashes of passwords; two at a time, since each is made to be slow."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(make_password, secrets))


def join_tenant(world: World, tenant: Tenant) -> None:
    """The roles of the tenant's own people."""
    for one in world.users:
        if one.tenant == tenant.code:
            user = User.objects.get(username=one.login)
            made = Membership.objects.get_or_create(tenant=tenant, user=user, defaults={"role": one.role})[1]
            if made:
                user.language = tenant.language
                user.save(update_fields=["language"])


def make_agents(world: World, tenants: Mapping[str, Tenant]) -> None:
    """Agents with names, skills and PINs; and the reasons for which they may pause."""
    for code, name, name_zh in PAUSES:
        add_pause_reason(code, name, name_zh)
    there = {agent.number: agent for agent in Agent.objects.all()}
    with_pin = set(AgentPin.objects.exclude(hashed="").values_list("agent__number", flat=True))
    places = {code: count() for code in tenants}
    for one, (name, name_zh) in zip(world.agents, NAMES, strict=True):
        tenant = tenants[one.tenant]
        agent = there.get(one.number) or add_agent(
            tenant, one.number, name, name_zh=name_zh, language=one.language, employed_by=_employer(one)
        )
        if one.number not in with_pin:
            set_pin(one.number, one.pin)
        _teach(agent, tenant, next(places[one.tenant]), one.language)


def _employer(one: AgentSeat) -> str:
    """The museum is served by the operator's staff, the others sit with their own."""
    return Agent.Employer.OPERATOR if one.tenant == "museum" else Agent.Employer.TENANT


def _teach(agent: Agent, tenant: Tenant, place: int, language: str) -> None:
    for code, name, name_zh in SKILLS[tenant.code]:
        if level := _level(code, place, language):
            give_skill(agent, add_skill(tenant, code, name, name_zh), level)


def _level(skill: str, place: int, language: str) -> int:
    """How well the agent at this place in the team has a skill; 0: not at all."""
    match skill:
        case "english":
            return 9 if language == "en" else 6 if place % 3 == 0 else 0
        case "claims":
            return 0 if place >= 12 else 8 - place % 3
        case "policies":
            return 0 if 8 <= place < 12 else 5 + place % 4
        case _:
            return 6 + place % 4
