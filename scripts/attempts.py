"""Attempts by hand against a running demo: sign-in, sessions, links, uploads, redirects, tiles, filters. One line each; ends with 1 if one
was answered otherwise than it should be. `attempts.py http://127.0.0.1:PORT`, which has to be this machine: nothing else is attacked."""

import http.client
import json
import statistics
import sys
import time
import urllib.parse

base = urllib.parse.urlsplit(sys.argv[1])
if base.hostname != "127.0.0.1":
    sys.exit("Only 127.0.0.1 is attacked.")
ADMIN, PASSWORD = "admin@alderford.example", "alder-river-demo"
wrong = 0


def ask(method, path, body=None, headers=(), raw=None):
    """Status, headers and body; the path goes out as it is written."""
    line = http.client.HTTPConnection(base.hostname, base.port, timeout=60)
    sent = {"Origin": f"http://{base.netloc}", **dict(headers)}
    if body is not None:
        raw, sent["Content-Type"] = json.dumps(body).encode(), sent.get("Content-Type", "application/json")
    line.request(method, path, raw, sent)
    answer = line.getresponse()
    said = answer.read()
    line.close()
    return answer.status, answer.headers, said


def told(group, what, answer, statuses, also=lambda headers, said: True):
    global wrong
    status, headers, said = answer
    good = status in statuses and also(headers, said)
    wrong += not good
    words = said[:90].decode(errors="replace").replace("\n", " ") if status >= 400 else ""
    try:
        words = json.loads(said).get("detail", words) if status >= 400 else words
    except (ValueError, AttributeError):
        pass
    print(f"{'held ' if good else 'BROKE'} | {group} | {what} | {status} {words[:110]}", flush=True)


def sign_in(email=ADMIN, password=PASSWORD, **headers):
    return ask("POST", "/api/session", {"email": email, "password": password}, headers)


def cookie(answer):
    return answer[1]["Set-Cookie"].split(";")[0]


# Sign-in.
told("sign-in", "a wrong password", sign_in(password="wrong words here"), {401})
told("sign-in", "nobody's address", sign_in("nobody@alderford.example"), {401})


def apart(answer):
    """What an answer says, without the number that each request has."""
    return {name: value for name, value in json.loads(answer[2]).items() if name != "instance"}


same = apart(sign_in(password="wrong words here")) == apart(sign_in("nobody@alderford.example"))
told("sign-in", "the two answers, but for the request's id", (200 if same else 500, {}, b""), {200})


def millis(email):
    began = time.monotonic()
    status = sign_in(email, "wrong words here")[0]
    assert status == 401, f"{email} is answered {status} before its password is looked at, which measures nothing"
    return (time.monotonic() - began) * 1e3


# Seven each: after some more an address has to wait.
known, unknown = (statistics.median(millis(email) for _ in range(7)) for email in ("auditor@alderford.example", "nobody2@alderford.example"))
told("sign-in", f"time tells who is on staff? {known:.0f} ms and {unknown:.0f} ms", (200, {}, b""), {200}, lambda *_: 0.5 < known / unknown < 2)
told("sign-in", "SQL for an address", sign_in("' or 1=1 --"), {401, 422})
told("sign-in", "lists for words", ask("POST", "/api/session", {"email": {"$ne": ""}, "password": ["a"]}), {400, 422})
told("sign-in", "a password of a megabyte", sign_in(password="a" * 1_000_000), {400, 401, 413, 422})
told("sign-in", "from a page of another origin", sign_in(Origin="http://evil.example"), {403})
told("sign-in", "as a form, which needs no preflight",
     ask("POST", "/api/session", raw=b"email=a&password=b", headers={"Content-Type": "text/plain", "Origin": "http://evil.example"}), {400, 403, 415, 422})

# Sessions.
answer = sign_in()
told("sessions", "the cookie's flags", answer, {200}, lambda h, _: "HttpOnly" in h["Set-Cookie"] and "SameSite" in h["Set-Cookie"])
mine = cookie(answer)
name, value = mine.split("=", 1)
told("sessions", "it opens", ask("GET", "/api/account", headers={"Cookie": mine}), {200})
told("sessions", "one letter changed", ask("GET", "/api/account", headers={"Cookie": f"{name}={'A' if value[0] != 'A' else 'B'}{value[1:]}"}), {401})
told("sessions", "fixed before sign-in stays worthless", ask("GET", "/api/account", headers={"Cookie": f"{name}=fixed"}), {401})
again = sign_in(Cookie=f"{name}=fixed")
told("sessions", "a sign-in does not take over the cookie it came with", again, {200}, lambda h, _: "fixed" not in h["Set-Cookie"])
told("sessions", "a change from another origin, with the cookie",
     ask("POST", "/api/staff", {"name": "E", "email": "e@evil.example", "grants": []}, {"Cookie": mine, "Origin": "http://evil.example"}), {403})
told("sessions", "left", ask("DELETE", "/api/session", headers={"Cookie": mine}), {200, 204})
told("sessions", "used again after it was left", ask("GET", "/api/account", headers={"Cookie": mine}), {401})

# Follow links.
filed = ask("POST", "/api/requests", {"service": "pothole", "lon": 0.9012, "lat": 52.6003, "description": "Attempt", "separate": True})
receipt = json.loads(filed[2])
number, token = receipt.get("number", "0"), receipt.get("token", "0")
other = json.loads(ask("POST", "/api/requests", {"service": "pothole", "lon": 0.9052, "lat": 52.6003, "separate": True})[2])
told("links", "filed without an account", filed, {201})
said = {"text": "Not mine"}
told("links", "no token", ask("POST", f"/api/requests/{number}/comments", {**said, "token": ""}), {401})
told("links", "a token cut short", ask("POST", f"/api/requests/{number}/comments", {**said, "token": token[:-1]}), {401})
told("links", "the token of another request", ask("POST", f"/api/requests/{number}/comments", {**said, "token": other.get("token")}), {401})
told("links", "withdrawn by a stranger", ask("POST", f"/api/requests/{number}/withdrawal", {"token": "0"}), {401})
told("links", "a number with quotes", ask("GET", "/api/requests/1'%20or%20'1'='1"), {404})
told("links", "a script for a comment", ask("POST", f"/api/requests/{number}/comments", {"text": "<script>alert(1)</script>", "token": token}), {201})
told("links", "is answered as JSON that no browser sniffs", ask("GET", f"/api/requests/{number}"), {200},
     lambda h, _: h["Content-Type"].startswith("application/json") and h["X-Content-Type-Options"] == "nosniff")


# Uploads.
def upload(content, filename="a.png"):
    mark = "----attempt"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="photo"; filename="{filename}"\r\nContent-Type: image/png\r\n\r\n'
    return ask("POST", "/api/photos", raw=head.encode() + content + f"\r\n--{mark}--\r\n".encode(),
               headers={"Content-Type": f"multipart/form-data; boundary={mark}"})


def png(width, height):
    import struct
    import zlib
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


refused = {400, 413, 415, 422}
told("uploads", "a page named .png", upload(b"<html><script>alert(1)</script>"), refused)
told("uploads", "SVG with a script", upload(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg"), refused)
told("uploads", "a picture of 60000 by 60000 in 300 bytes", upload(png(60_000, 60_000)), refused)
told("uploads", "half a picture", upload(png(64, 64)[:60]), refused)
told("uploads", "nothing", upload(b""), refused)
told("uploads", "40 MB", upload(b"\x89PNG\r\n\x1a\n" + b"a" * 40_000_000), refused)
told("uploads", "a name that climbs", upload(b"GIF89a", "../../../etc/passwd"), refused)
told("uploads", "a photo by a climbing id", ask("GET", "/photos/..%2f..%2fdemo.db/small.jpg"), {400, 404})
told("uploads", "a file beside the pages", ask("GET", "/assets/..%2f..%2fCargo.toml"), {400, 404})

# Redirects.
for path in ("//evil.example/", "/%2f%2fevil.example", "/\\evil.example", "/desk?next=//evil.example", "/api/session/oidc?return=https://evil.example"):
    told("redirects", path, ask("GET", path), {200, 400, 404}, lambda h, _: not h["Location"])
told("redirects", "another Host", ask("GET", "/", headers={"Host": "evil.example"}), {200, 400, 421}, lambda h, said: b"evil.example" not in said and not h["Location"])
told("redirects", "a header in the address", ask("GET", "/api/requests/a%0d%0aSet-Cookie:%20a=b"), {400, 404}, lambda h, _: not h["Set-Cookie"])

# Tiles and what is on the map.
for path in ("/tiles/requests/99/0/0", "/tiles/requests/3/99/0", "/tiles/requests/-1/0/0", "/tiles/heat/0/0/0%00", "/tiles/jurisdictions/..%2f..%2fx/0/0/0",
             "/tiles/requests/18446744073709551616/0/0"):
    told("tiles", path, ask("GET", path), {400, 404, 422})
for query in ("bbox=nan,nan,nan,nan", "bbox=1,2,3", "bbox=inf,-inf,inf,inf", "bbox=-1e400,0,1,1", "bbox=2,2,1,1", "limit=99999999999999999999", "limit=-1",
              "services=%27%3Bdrop%20table%20request%3B--", "from=9999999-01-01", "cursor=AAAA"):
    told("filters", query, ask("GET", f"/api/requests?{query}"), {200, 400, 404, 422})
told("filters", "and the table is there", ask("GET", f"/api/requests/{number}"), {200})
told("filters", "nested JSON, 20000 deep", ask("POST", "/api/requests", raw=b'{"contact":' * 20_000, headers={"Content-Type": "application/json"}), {400, 413, 422})
told("filters", "a service's XML with an entity",
     ask("POST", "/open311/v2/requests.xml", raw=b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', headers={"Content-Type": "text/xml"}),
     {400, 403, 415, 422}, lambda _, said: b"root:" not in said)
print(f"{wrong} attempts were answered otherwise than they should be")
sys.exit(1 if wrong else 0)
