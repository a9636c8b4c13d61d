"""A real SMTP server for the tests: takes mail into a maildir, and refuses, delays or drops what chosen addresses ask for.

    mail-server.py FOLDER [--port N] [--certificate PEM --key PEM [--implicit]] [--user NAME --password WORD]

It prints `listening on PORT` and ends when its standard input does. By the local part of an address:
never… 550 at RCPT · later… 450 at RCPT · grey… 450 the first time · spam… 554 after DATA · drop… the line goes dead at DATA
slow… answers RCPT after a minute · stall… takes the message and answers after a minute
"""

import argparse
import asyncio
import mailbox
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--implicit", action="store_true")
parser.add_argument("--user")
parser.add_argument("--password")
asked = parser.parse_args()
box = mailbox.Maildir(f"{asked.folder}/mail", create=True)
seen = set()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("never"):
            return f"550 5.1.1 <{address}>: there is no such mailbox"
        if address.startswith("later") or (address.startswith("grey") and address not in seen):
            seen.add(address)
            return "450 4.2.1 try again later"
        if address.startswith("slow"):
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("spam"):
            return "554 5.7.1 refused"
        if to.startswith("drop"):
            server.transport.abort()
            return "421 gone"
        message = mailbox.MaildirMessage(envelope.content)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        message["X-Encrypted"] = "yes" if server.transport.get_extra_info("ssl_object") else "no"
        message["X-Signed-In"] = session.auth_data.login.decode() if session.authenticated else ""
        box.add(message)
        if to.startswith("stall"):
            await asyncio.sleep(60)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (asked.user, asked.password)
    return AuthResult(success=right, handled=False, auth_data=data if right else None)


async def serve():
    tls = None
    if asked.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(asked.certificate, asked.key)

    def line():
        return SMTP(
            Handler(),
            hostname="mail.test.example",
            enable_SMTPUTF8=False,
            tls_context=None if asked.implicit else tls,
            require_starttls=bool(tls) and not asked.implicit,
            authenticator=authenticate if asked.user else None,
            auth_required=bool(asked.user),
            auth_require_tls=False,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(line, "127.0.0.1", asked.port, ssl=tls if asked.implicit else None)
    print("listening on", server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(serve())
