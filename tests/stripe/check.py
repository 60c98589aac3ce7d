"""Drives the double of Stripe with Stripe's own client, as a shop would.

Usage: check.py PROGRAM

PROGRAM is the built `stripe-double`. Its answers must be what the client reads, its errors what the client raises, and
its events must pass the client's check of signatures.
"""

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

import stripe

SHOP = "http://shop.example/"
DAY = 86_400


class Wrong(Exception):
    """The double does not do what Stripe does."""


def need(found, expected, what):
    if found != expected:
        raise Wrong(f"{what}: {found!r}, not {expected!r}")


def refused(kind, code, call):
    """The call must raise this error."""
    try:
        call()
    except kind as error:
        need(error.code, code, "the error's code")
        return error
    raise Wrong(f"{kind.__name__} {code} was expected")


class Hook(http.server.BaseHTTPRequestHandler):
    """Keeps what is delivered."""

    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.seen.append((body, self.headers["Stripe-Signature"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Double:
    """The running program and its control."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def client(self, key="sk_test_platform", **more):
        http_client = stripe.RequestsClient()
        return stripe.StripeClient(key, base_addresses={"api": self.url}, http_client=http_client, **more).v1

    def control(self, method, path, /, **body):
        request = urllib.request.Request(f"{self.url}/_double/{path}", json.dumps(body).encode(), method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def press(self, url, **form):
        """Posts a page's form and follows it."""
        data = urllib.parse.urlencode(form).encode()

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        try:
            with urllib.request.build_opener(Stay).open(url, data) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.headers["Location"]

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)


def payments(double):
    client = double.client()
    customer = client.customers.create({"email": "anna@example.com", "metadata": {"client": "c1"}})
    need(client.customers.retrieve(customer.id).metadata.client, "c1", "metadata of a customer")
    order = {"amount": 2500, "currency": "gbp", "customer": customer.id, "metadata": {"order": "o1"}}
    intent = client.payment_intents.create(order)
    need(intent.status, "requires_payment_method", "a new intent")
    pay = {"payment_method": "pm_card_chargeDeclined", "return_url": SHOP}
    error = refused(stripe.CardError, "card_declined", lambda: client.payment_intents.confirm(intent.id, pay))
    need(error.error.payment_intent.id, intent.id, "the error's intent")
    pay["payment_method"] = "pm_card_visa"
    paid = client.payment_intents.confirm(intent.id, {**pay, "expand": ["latest_charge.balance_transaction"]})
    need((paid.status, paid.latest_charge.balance_transaction.amount), ("succeeded", 2500), "a paid intent")
    refund = client.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"refund": "r1"}})
    need((refund.status, refund.amount), ("succeeded", 1000), "a refund")
    too_much = {"payment_intent": intent.id, "amount": 1501}
    refused(stripe.InvalidRequestError, "amount_too_large", lambda: client.refunds.create(too_much))
    need(client.charges.retrieve(paid.latest_charge.id).amount_refunded, 1000, "what was given back")
    missing = lambda: client.payment_intents.retrieve("pi_nobody")
    refused(stripe.InvalidRequestError, "resource_missing", missing)
    refused(stripe.AuthenticationError, None, lambda: double.client("sk_test_nobody").balance.retrieve())
    rows = list(client.balance_transactions.list({"limit": 1}).auto_paging_iter())
    need(sum(row.net for row in rows), 2500 - 58 - 1000, "the sum of the balance's movements")


def lost_answers(double):
    """The client tries again under the key that it made; the money moves once."""
    client = double.client(max_network_retries=3)
    double.control("POST", "faults", kind="drop_after", path="/v1/payment_intents", method="POST")
    double.control("POST", "faults", kind="status", status=500, path="/v1/payment_intents", method="POST")
    order = {"amount": 700, "currency": "gbp", "payment_method": "pm_card_visa", "confirm": True, "metadata": {"order": "o2"}}
    intent = client.payment_intents.create({**order, "return_url": SHOP})
    need(intent.status, "succeeded", "an intent whose answer was lost")
    counters = double.control("GET", "counters?metadata[order]=o2")
    need(counters["charges"], {"count": 1, "sum": {"gbp": 700}}, "charges of the order")
    need(counters["faults"], 2, "faults that were met")
    double.control("POST", "latency", ms=0)
    same = {"idempotency_key": "once"}
    first = client.customers.create({"name": "A"}, same)
    need(client.customers.create({"name": "A"}, same).id, first.id, "the same call again")
    refused(stripe.IdempotencyError, None, lambda: client.customers.create({"name": "B"}, same))


def checkout(double):
    client = double.client()
    line = {"quantity": 2, "price_data": {"currency": "gbp", "unit_amount": 1500, "product_data": {"name": "Call"}}}
    wish = {
        "mode": "payment",
        "line_items": [line],
        "success_url": SHOP + "done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": SHOP,
        "client_reference_id": "o3",
        "payment_intent_data": {"metadata": {"order": "o3"}},
    }
    session = client.checkout.sessions.create(wish)
    page = double.press(session.url, method="pm_card_chargeDeclined", email="anna@example.com")
    need("Your card was declined." in page, True, "the page tells of the decline")
    back = double.press(session.url, method="pm_card_visa", email="anna@example.com")
    need(back, f"{SHOP}done?session={session.id}", "the way back")
    done = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]})
    found = (done.status, done.payment_status, done.payment_intent.metadata.order, done.line_items.data[0].amount_total)
    need(found, ("complete", "paid", "o3", 3000), "a paid session")
    other = client.checkout.sessions.create(wish)
    need(client.checkout.sessions.expire(other.id).status, "expired", "a session that was called off")
    need([it.id for it in client.checkout.sessions.list({"status": "expired"}).data], [other.id], "expired sessions")


def subscriptions(double):
    client = double.client()
    customer = client.customers.create({"email": "bo@example.com"})
    prices = [
        client.prices.create(
            {"currency": "gbp", "unit_amount": amount, "recurring": {"interval": "month"}, "product_data": {"name": name}}
        )
        for amount, name in [(9900, "Committed"), (10900, "Totally committed")]
    ]
    wish = {
        "customer": customer.id,
        "items": [{"price": prices[0].id}],
        "payment_behavior": "default_incomplete",
        "payment_settings": {"save_default_payment_method": "on_subscription"},
        "expand": ["latest_invoice.confirmation_secret"],
    }
    subscription = client.subscriptions.create(wish)
    secret = subscription.latest_invoice.confirmation_secret.client_secret
    client.payment_intents.confirm(secret.split("_secret_")[0], {"payment_method": "pm_card_visa", "return_url": SHOP})
    active = client.subscriptions.retrieve(subscription.id)
    need(active.status, "active", "a subscription after its first payment")
    item = active["items"].data[0]
    change = [{"id": item.id, "price": prices[1].id}]
    preview = client.invoices.create_preview({"subscription": active.id, "subscription_details": {"items": change}})
    client.subscriptions.update(active.id, {"items": change})
    double.control("POST", "clock", advance=item.current_period_end - item.current_period_start + 10)
    renewed = client.subscriptions.retrieve(active.id, {"expand": ["latest_invoice.payments"]})
    invoice = renewed.latest_invoice
    need((invoice.status, invoice.billing_reason), ("paid", "subscription_cycle"), "the renewal's invoice")
    need(abs(invoice.total - preview.total) <= 1, True, f"renewal {invoice.total} as shown before {preview.total}")
    need(invoice.payments.data[0].payment.type, "payment_intent", "what paid it")
    need(invoice.parent.subscription_details.subscription, active.id, "the invoice's subscription")
    client.subscriptions.update(active.id, {"cancel_at_period_end": True})
    double.control("POST", "clock", advance=32 * DAY)
    need(client.subscriptions.retrieve(active.id).status, "canceled", "a subscription at its end")
    portal = client.billing_portal.sessions.create({"customer": customer.id, "return_url": SHOP})
    need(portal.url.startswith(double.url), True, "the portal's address")


def connected(double):
    client = double.client()
    account = client.accounts.create({"type": "express", "country": "GB", "capabilities": {"card_payments": {"requested": True}}})
    need(account.charges_enabled, False, "a new account")
    link = client.account_links.create(
        {"account": account.id, "type": "account_onboarding", "return_url": SHOP, "refresh_url": SHOP + "again"}
    )
    need(double.press(link.url, complete="1"), SHOP, "the way back from onboarding")
    need(client.accounts.retrieve(account.id).charges_enabled, True, "an account after onboarding")
    here = {"stripe_account": account.id}
    order = {"amount": 1000, "currency": "gbp", "application_fee_amount": 50, "confirm": True, "payment_method": "pm_card_visa"}
    intent = client.payment_intents.create({**order, "return_url": SHOP}, here)
    refused(stripe.InvalidRequestError, "resource_missing", lambda: client.payment_intents.retrieve(intent.id))
    fees = client.application_fees.list().data
    need([(fee.amount, fee.account) for fee in fees], [(50, account.id)], "the platform's fees")


def events(double, secret):
    """What was delivered, what the list says, and what the signature covers."""
    need(double.control("POST", "webhooks/settle"), {"idle": True}, "nothing is on its way")
    client = double.client()
    delivered = [stripe.Webhook.construct_event(body, header, secret, tolerance=100 * DAY) for body, header in Hook.seen]
    listed = list(client.events.list({"limit": 100}).auto_paging_iter())
    need(sorted(it.id for it in delivered), sorted(it.id for it in listed), "delivered and listed events")
    kinds = {it.type for it in delivered}
    for kind in [
        "checkout.session.completed", "checkout.session.expired", "customer.subscription.deleted", "invoice.paid",
        "payment_intent.payment_failed", "payment_intent.succeeded", "refund.created", "charge.refunded",
    ]:
        need(kind in kinds, True, f"{kind} among the events")
    body, header = Hook.seen[0]
    for changed, other in [(body + b" ", secret), (body, "whsec_of_somebody_else")]:
        refused(stripe.SignatureVerificationError, None, lambda: stripe.Webhook.construct_event(changed, header, other))


def main(program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    double = Double(program)
    try:
        url = f"http://127.0.0.1:{server.server_port}/hooks"
        endpoint = double.client().webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        started = time.monotonic()
        for part in [payments, lost_answers, checkout, subscriptions, connected]:
            part(double)
        events(double, endpoint.secret)
        print(f"{len(Hook.seen)} events, {time.monotonic() - started:.1f} s: the double answers Stripe's own client")
    finally:
        double.end()
        server.shutdown()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Wrong as error:
        sys.exit(f"stripe: {error}")
