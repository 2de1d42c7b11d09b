"""Unmodified npm clients for servers point at us; every event arrives once, under the right account."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import Running, run_node

pytestmark = pytest.mark.clients

NAMES = {"Report Opened": 12, "$identify": 1, "$group": 1, "$page": 1}

SEGMENT = """
import { Analytics } from '@segment/analytics-node'
const client = new Analytics({ writeKey: process.env.KEY, host: process.env.HOST, flushAt: 4 })
const trouble = []
client.on('error', error => trouble.push(error))
const userId = 'node', groupId = 'acct_node'
client.identify({ userId, traits: { email: 'node@example.com', name: '山田太郎' } })
client.group({ userId, groupId, traits: { name: '株式会社アクメ' } })
for (let number = 0; number < 12; number++) client.track({ userId, event: 'Report Opened', properties: { number } })
client.page({ userId, category: 'Docs', name: 'Home' })
await client.closeAndFlush()
if (trouble.length) { console.error(trouble); process.exit(1) }
"""

RUDDER = """
import Rudder from '@rudderstack/rudder-sdk-node'
const Client = Rudder.default ?? Rudder
const client = new Client(process.env.KEY, { dataPlaneUrl: process.env.HOST, flushAt: 5, flushInterval: 200, gzip: process.env.GZIP === 'yes' })
const userId = process.env.WHO, groupId = 'acct_' + process.env.WHO
client.identify({ userId, traits: { email: 'rudder@example.com', name: '山田太郎' } })
client.group({ userId, groupId, traits: { name: '株式会社アクメ' } })
for (let number = 0; number < 12; number++) client.track({ userId, event: 'Report Opened', properties: { number } })
client.page({ userId, category: 'Docs', name: 'Home' })
await new Promise((done, fail) => client.flush(error => error ? fail(error) : done()))
await new Promise(done => setTimeout(done, 1500))
process.exit(0)
"""

POSTHOG = """
import { PostHog } from 'posthog-node'
const client = new PostHog(process.env.KEY, {
  host: process.env.HOST, flushAt: 5, disableCompression: process.env.GZIP === 'no',
})
const trouble = []
client.on('error', error => trouble.push(error))
const distinctId = process.env.WHO, company = 'acct_' + process.env.WHO
client.identify({ distinctId, properties: { email: 'posthog@example.com', name: '山田太郎' } })
client.groupIdentify({ groupType: 'company', groupKey: company, properties: { name: '株式会社アクメ' }, distinctId })
for (let number = 0; number < 12; number++) client.capture({ distinctId, event: 'Report Opened', properties: { number }, groups: { company } })
client.capture({ distinctId, event: '$pageview', properties: { title: 'Home' }, groups: { company } })
await client.shutdown()
if (trouble.length) { console.error(trouble); process.exit(1) }
"""

JITSU = """
import { jitsuAnalytics } from '@jitsu/js'
const userId = 'jitsu-node', groupId = 'acct_jitsu-node'
const client = jitsuAnalytics({ host: process.env.HOST, writeKey: process.env.KEY + ':any', s2s: true, errorPolicy: 'throw' })
await client.identify(userId, { email: 'jitsu@example.com', name: '山田太郎' })
await client.group(groupId, { name: '株式会社アクメ' })
for (let number = 0; number < 12; number++) await client.track('Report Opened', { number })
await client.page({ name: 'Home' })
"""


def test_segment_analytics_node(running: Running, node: Path) -> None:
    run_node(node, SEGMENT, KEY=running.write_key, HOST=running.base)
    running.until("node", "acct_node", NAMES)


@pytest.mark.parametrize("gzip", ["yes", "no"])
def test_rudder_sdk_node(running: Running, node: Path, gzip: str) -> None:
    run_node(node, RUDDER, KEY=running.write_key, HOST=running.base, GZIP=gzip, WHO=f"rudder-node-{gzip}")
    running.until(f"rudder-node-{gzip}", f"acct_rudder-node-{gzip}", NAMES)


@pytest.mark.parametrize(("mode", "gzip"), [("v0", "yes"), ("v0", "no"), ("v1", "yes")])
def test_posthog_node(running: Running, node: Path, mode: str, gzip: str) -> None:
    who = f"posthog-node-{mode}{gzip}"
    run_node(node, POSTHOG, KEY=running.write_key, HOST=running.base, GZIP=gzip, POSTHOG_CAPTURE_MODE=mode, WHO=who)
    running.until(who, f"acct_{who}", NAMES)


def test_jitsu_on_a_server(running: Running, node: Path) -> None:
    run_node(node, JITSU, KEY=running.write_key, HOST=running.base)
    running.until("jitsu-node", "acct_jitsu-node", NAMES)
