"""What a world consists of, as plain records: one customer with everything that ever happened to it."""

from dataclasses import dataclass, field
from datetime import date

from nenrin.values import Text

Words = dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """The price from a day on. `minor` is minor units a month."""

    on: date
    seats: int
    minor: int


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract that rolls over term by term; `ends_on` is the day of the next renewal (first day after
    the term).
    """

    key: str
    plan: str
    starts_on: date
    term_months: int
    ends_on: date
    auto_renews: bool
    notice_months: int
    currency: str
    steps: tuple[Step, ...]
    noticed_on: date | None = None
    ended_on: date | None = None
    end_reason: str = ""

    @property
    def now(self) -> Step:
        """The last step there is."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer; `role` in the decision."""

    key: str
    name: str
    kana: str
    email: str
    department: Text
    title: Text
    role: str
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An inquiry; unsolved while `resolved_on` is None. `hour` of the day it was opened."""

    key: str
    opened_on: date
    resolved_on: date | None
    priority: str
    kind: str
    title: Text
    hour: int = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """A survey answer: nps 0-10, csat 1-5. `respondent`: the key of a contact, empty where the role says who;
    `sent_on`: when it was asked, where that is known.
    """

    key: str
    survey: str
    score: int
    on: date
    role: str
    comment: Text | None = None
    respondent: str = ""
    sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey that was sent to a contact and never answered."""

    key: str
    survey: str
    on: date
    respondent: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Something our side did with the customer: channel meeting, call, mail or note."""

    on: date
    channel: str
    minutes: int
    title: Text
    body: Text


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the owner feels: grade 1 (worst) to 6 (best), with a reason."""

    on: date
    grade: int
    reason: str


@dataclass(frozen=True, slots=True)
class Loss:
    """The end of a customer: the day, the day of the notice, why."""

    on: date
    noticed_on: date | None
    reason: str
    words: Text


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A second record of the same company, entered by hand and merged later (名寄せ)."""

    name: str
    key: str
    since: date
    merged_on: date
    users: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page should show of a customer: the band, the measures that are the reason, and one sentence."""

    band: str
    because: tuple[str, ...]
    sentence: Text


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the customer's people use the product.

    `adoption`: (day, level) points, linear between them; before the first and after the last the level holds.
    `seats`: (day, people who may log in) steps. `features` restricts what is used; `silent_from` is the day
    on which the connection stopped; `people_stop`: user positions that never log in again from a day;
    `narrow`: the day from which only those features are used.
    """

    adoption: tuple[tuple[date, float], ...]
    seats: tuple[tuple[date, int], ...]
    features: tuple[str, ...] = ()
    silent_from: date | None = None
    people_stop: tuple[tuple[int, date], ...] = ()
    own_source: Text | None = None
    narrow: tuple[date, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """One company and its history. `key` is what the product and the CRM call it."""

    key: str
    name: str
    kana: str
    roman: str
    domain: str
    corporate_number: str
    language: str
    industry: str
    prefecture: str
    region: str
    tier: str
    employees: int
    source: str
    since: date
    behaviour: Behaviour
    contracts: tuple[Contract, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    answers: tuple[Answer, ...] = ()
    unanswered: tuple[Asked, ...] = ()
    touches: tuple[Touch, ...] = ()
    pulses: tuple[Pulse, ...] = ()
    tags: tuple[str, ...] = ()
    parent: str = ""
    loss: Loss | None = None
    duplicate: Duplicate | None = None
    story: str = ""
    shown: Shown | None = None
    attributes: Words = field(default_factory=dict)

    @property
    def is_lost(self) -> bool:
        """Whether it left."""
        return self.loss is not None
