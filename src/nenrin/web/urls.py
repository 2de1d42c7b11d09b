"""Every page, gathered from the areas: each area's module lists its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from nenrin.web import assets, components_page, palette, probes
from nenrin.web.accounts import addresses, timeline_entries
from nenrin.web.accounts import page as account
from nenrin.web.backtests import pages as backtests
from nenrin.web.data import board, event_catalogue, imports, sources
from nenrin.web.data import exports as data_exports
from nenrin.web.economics import balance, contribution, entries, entry_forms, planning
from nenrin.web.effects import pages as effects
from nenrin.web.executive import pages as executive
from nenrin.web.first_look import pages as first_look
from nenrin.web.handoffs import pages as handoffs
from nenrin.web.health_models import measures
from nenrin.web.health_models import pages as health_models
from nenrin.web.holdout import exclusions as holdout_exclusions
from nenrin.web.holdout import lists as holdout_lists
from nenrin.web.holdout import pages as holdout
from nenrin.web.home import pages as home
from nenrin.web.journeys import pages as journeys
from nenrin.web.kpis import pages as kpis
from nenrin.web.lifetimes import account as account_value
from nenrin.web.lifetimes import pages as lifetimes
from nenrin.web.losses import pages as losses
from nenrin.web.losses import reasons as churn_reasons
from nenrin.web.losses import writing as loss
from nenrin.web.mail import drafts, outbox, suppressions, wordings
from nenrin.web.mail import preferences as mail_preferences
from nenrin.web.mail import settings as mail_settings
from nenrin.web.meetings import addresses as meetings
from nenrin.web.my_day import answering as my_day_answering
from nenrin.web.my_day import pages as my_day
from nenrin.web.my_day import put_off as my_day_put_off
from nenrin.web.notices import listed as inbox
from nenrin.web.notices import pages as notices
from nenrin.web.onboarding import pages as onboarding
from nenrin.web.opportunities import addresses as opportunities
from nenrin.web.own import preferences, profile, sessions, sign_in
from nenrin.web.ownership import handovers as internal_handovers
from nenrin.web.ownership import listed as handover_list
from nenrin.web.ownership import routing
from nenrin.web.plans import pages as success_plans
from nenrin.web.playbooks import addresses as playbooks
from nenrin.web.portal import pages as portal
from nenrin.web.renewals import history as renewal_history
from nenrin.web.renewals import pages as renewals
from nenrin.web.renewals import writing as renewal
from nenrin.web.retention import pages as retention
from nenrin.web.revenue import cohort_accounts, cohorts
from nenrin.web.revenue import notes as revenue_notes
from nenrin.web.revenue import pages as revenue
from nenrin.web.revenue import rates as revenue_rates
from nenrin.web.revenue import settings as revenue_settings
from nenrin.web.risk import backtests as risk_backtests
from nenrin.web.risk import forecasts as risk_forecasts
from nenrin.web.risk import models as risk_models
from nenrin.web.risk import pages as risks
from nenrin.web.roi import pages as roi
from nenrin.web.segments import pages as segments
from nenrin.web.settings import attributes, journal, members, organisation, plans, products, rules, tags, teams, tokens
from nenrin.web.start import pages as start
from nenrin.web.surveys import answering as survey_answering
from nenrin.web.surveys import pages as surveys
from nenrin.web.tasks import addresses as tasks
from nenrin.web.team_day import pages as team_day
from nenrin.web.team_day import people as team_people
from nenrin.web.team_day import reassigning
from nenrin.web.webhooks import pages as webhooks

AREAS = (
    *(tasks, meetings, inbox, notices),
    *(assets, home, palette, addresses, account, timeline_entries, segments),
    *(my_day, my_day_answering, my_day_put_off),
    *(team_day, team_people, reassigning, handover_list, internal_handovers, routing),
    *(first_look, imports, sources, board, event_catalogue, data_exports, health_models, measures, backtests),
    *(executive, revenue, cohorts, cohort_accounts, revenue_notes, revenue_settings, revenue_rates, kpis),
    *(lifetimes, account_value, retention, roi, start),
    *(risks, risk_forecasts, risk_models, risk_backtests, effects, holdout, holdout_lists, holdout_exclusions),
    *(losses, loss, churn_reasons, renewals, renewal_history, renewal),
    *(entries, entry_forms, balance, planning, contribution),
    opportunities,
    *(handoffs, success_plans),
    playbooks,
    *(products, plans, rules, attributes, tags, teams),
    *(onboarding, portal),
    journeys,
    *(surveys, survey_answering),
    *(drafts, outbox, mail_settings, suppressions, wordings, mail_preferences, webhooks),
    *(members, journal, tokens, organisation, profile, sessions, components_page, probes),
)

urlpatterns: list[URLPattern | URLResolver] = [
    *(address for area in AREAS for address in area.urlpatterns),
    *(path(f"sign-in/{way}/", sign_in.closed, name="closed") for way in ("signup", "email", "confirm-email")),
    path("sign-in/mfa/", include("allauth.mfa.urls")),
    path("sign-in/", include("allauth.account.urls")),
    path("invitations/<str:secret>", sign_in.invitation, name="invitation"),
    path("preferences", preferences.preferences, name="preferences"),
]
