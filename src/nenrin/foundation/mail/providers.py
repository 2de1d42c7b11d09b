"""Providers that take mails by their own interface, through django-anymail; what each needs to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Provider:
    """`secret` and `account` are the names that anymail gives to the key and to whom it belongs (a domain, a server).

    `hook` is the name of what proves a report's origin where it is signed; empty: by name and password in its address.
    `is_tagged`: it takes no words beside a mail, so that ours travels as a tag.
    """

    name: str
    secret: str
    account: str = ""
    hook: str = ""
    is_tagged: bool = False


#: The key is anymail's name of the provider: `anymail.backends.<key>`, `anymail.webhooks.<key>`.
PROVIDERS: Final[dict[str, Provider]] = {
    "brevo": Provider("Brevo", "api_key"),
    "mailersend": Provider("MailerSend", "api_token", hook="signing_secret", is_tagged=True),
    "mailgun": Provider("Mailgun", "api_key", "sender_domain", "webhook_signing_key"),
    "mailjet": Provider("Mailjet", "secret_key", "api_key"),
    "mandrill": Provider("Mandrill", "api_key", hook="webhook_key"),
    "postmark": Provider("Postmark", "server_token"),
    "resend": Provider("Resend", "api_key", hook="signing_secret"),
    "sendgrid": Provider("SendGrid", "api_key"),
    "sparkpost": Provider("SparkPost", "api_key"),
}
SMTP: Final = "smtp"
