"""The REST API: every noun's router in one place, its description at /api/v1/openapi.json, errors as problems."""

from __future__ import annotations

from nenrin import __version__
from nenrin.api import (
    accounts,
    attachments,
    attributes,
    backtests,
    calendars,
    candidates,
    churn_reasons,
    contacts,
    costs,
    economics,
    effects,
    events,
    exclusions,
    executive,
    executive_accounts,
    executive_comments,
    executive_mail,
    first_look,
    handoff_settings,
    handoffs,
    health,
    health_models,
    imports,
    intake,
    invoices,
    journey_kpis,
    journey_moves,
    journeys,
    judgements,
    kpis,
    lifetimes,
    losses,
    mail,
    mail_drafts,
    mail_settings,
    mail_templates,
    many_accounts,
    many_tasks,
    meetings,
    merges,
    my_day,
    next_actions,
    notices,
    onboarding,
    onboarding_portal,
    onboarding_steps,
    opportunities,
    ownership,
    plan_parts,
    plan_shares,
    plans,
    playbook_deeds,
    playbook_outlooks,
    playbooks,
    problems,
    products,
    promises,
    quarantine,
    reassigning,
    received_mails,
    reconciliations,
    rehearsals,
    renewals,
    retention,
    revenue,
    revenue_cohorts,
    revenue_counted,
    revenue_locks,
    revenue_rates,
    risk,
    roi,
    routing,
    rules,
    segments,
    sources,
    start,
    subscriptions,
    suppressions,
    surveys,
    tags,
    tasks,
    timeline,
    touches,
    webhook_endpoints,
    whitespace,
    work_templates,
)
from nenrin.api.description import Api
from nenrin.api.guard import Bearer, learn

api = Api(
    title="Nenrin",
    version=__version__,
    description="Customers, their contracts and their health. Send `Authorization: Bearer nrn_...`. "
    "Errors are application/problem+json (RFC 9457).",
    auth=Bearer(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="rest",
)
problems.register(api)
api.add_router("/accounts", accounts.router)
api.add_router("/accounts", many_accounts.router)
api.add_router("/accounts", health.router)
api.add_router("/accounts", next_actions.router)
api.add_router("/accounts", judgements.router)
api.add_router("/accounts", timeline.router)
api.add_router("/contacts", contacts.router)
api.add_router("/subscriptions", subscriptions.router)
api.add_router("/products", products.router)
api.add_router("/plans", products.plans)
api.add_router("/tags", tags.router)
api.add_router("/attributes", attributes.router)
api.add_router("/surveys", surveys.router)
api.add_router("/merges", merges.router)
api.add_router("/onboarding", onboarding.router)
api.add_router("/onboarding", onboarding_steps.router)
api.add_router("/onboarding", onboarding_portal.router)
api.add_router("/my-day", my_day.router)
api.add_router("/handovers", ownership.router)
api.add_router("/deputies", ownership.deputy_router)
api.add_router("/team-day", ownership.load_router)
api.add_router("/team-day", reassigning.router)
api.add_router("/imports", imports.router)
api.add_router("/executive", executive.router)
api.add_router("/executive/accounts", executive_accounts.router)
api.add_router("/executive/comments", executive_comments.router)
api.add_router("/executive/mail", executive_mail.router)
api.add_router("/events", events.router)
api.add_router("/exclusions", exclusions.router)
api.add_router("/sources", sources.router)
api.add_router("/intake", intake.router)
api.add_router("/quarantine", quarantine.router)
api.add_router("/invoices", invoices.router)
api.add_router("/costs", costs.router)
api.add_router("/hours", costs.hours)
api.add_router("/journeys", journeys.router)
api.add_router("/journeys", journey_moves.router)
api.add_router("/journeys", journey_kpis.router)
api.add_router("/losses", losses.router)
api.add_router("/losses", churn_reasons.router)
api.add_router("/renewals", renewals.router)
api.add_router("/opportunities", opportunities.router)
api.add_router("/opportunities", whitespace.router)
api.add_router("/opportunities", candidates.router)
api.add_router("/economics", economics.router)
api.add_router("/effects", effects.router)
api.add_router("/holdout", effects.holdout)
api.add_router("/kpis", kpis.router)
api.add_router("/revenue", revenue.router)
api.add_router("/revenue", revenue_cohorts.router)
api.add_router("/revenue", revenue_counted.router)
api.add_router("/revenue", revenue_locks.router)
api.add_router("/revenue", revenue_rates.router)
api.add_router("/first-look", first_look.router)
api.add_router("/start", start.router)
api.add_router("/lifetimes", lifetimes.router)
api.add_router("/risk", risk.router)
api.add_router("/risk/models", backtests.of_risk)
api.add_router("/risk/forecast", reconciliations.router)
api.add_router("/retention", retention.router)
api.add_router("/roi", roi.router)
api.add_router("/health-models", health_models.router)
api.add_router("/health-models", backtests.router)
api.add_router("/health-models", rehearsals.of_models)
api.add_router("/segments", segments.router)
api.add_router("/segments", rehearsals.of_segments)
api.add_router("/playbooks", playbooks.router)
api.add_router("/playbooks", playbook_deeds.router)
api.add_router("/playbooks", playbook_outlooks.router)
api.add_router("/runs", playbooks.running)
api.add_router("/runs", playbook_deeds.running)
api.add_router("/mails", mail.router)
api.add_router("/mails", mail_drafts.router)
api.add_router("/mails", mail_settings.router)
api.add_router("/mails", suppressions.router)
api.add_router("/webhooks", webhook_endpoints.router)
api.add_router("/handoffs", handoffs.router)
api.add_router("/handoffs", handoff_settings.router)
api.add_router("/feedback", handoffs.feedbacks)
api.add_router("/promises", promises.router)
api.add_router("/success-plans", plans.router)
api.add_router("/success-plans", plan_parts.router)
api.add_router("/success-plans", plan_shares.router)
api.add_router("/tasks", tasks.router)
api.add_router("/tasks", many_tasks.router)
api.add_router("/meetings", meetings.router)
api.add_router("/received-mails", received_mails.router)
api.add_router("/calendars", calendars.router)
api.add_router("/notices", notices.router)
api.add_router("/templates/tasks", work_templates.of_tasks)
api.add_router("/templates/agendas", work_templates.of_agendas)
api.add_router("/templates/mail", mail_templates.router)
api.add_router("/attachments", attachments.router)
api.add_router("/tasks", attachments.of_tasks)
api.add_router("/meetings", attachments.of_meetings)
api.add_router("/timeline", touches.router)
api.add_router("/timeline", attachments.of_touches)
api.add_router("/handoffs", attachments.of_handoffs)
api.add_router("/success-plans", attachments.of_plans)
api.add_router("/opportunities", attachments.of_opportunities)
api.add_router("/accounts", attachments.of_accounts)
api.add_router("/tiers", rules.of_tiers)
api.add_router("/touch-models", rules.of_models)
api.add_router("/routing", routing.router)
learn(api)
