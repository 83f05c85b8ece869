"""A server that plays the documented part of Canvas's REST API, with its errors: `python tests/canvas_server.py`.

It holds one course, says on which port it listens, and does what its scenario says (JSON as the only argument):

    assignments   as in the API; by default HW1 out of 20
    students      as in the API
    submissions   {"<assignment>": {"<user>": {"score": 7}}}
    per_page      most entries on a page, whatever is asked for
    polls         how often a Progress is asked before it is done
    errors        [["GET", "part of the path", times, status, body], ...]: answered before anything else
    remaining     the header X-Rate-Limit-Remaining
    lost          users whose grade is taken without a word, and forgotten
    missing       users whom the background job does not find: its Progress fails, after grading the others
    drop          how many POSTs are worked in and then not answered

What it was asked is at /log, what it holds at /submissions; neither is Canvas's.
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "7~right"  # noqa: S105  (invented, for this server only)
COURSE = 501
PLAIN: dict[str, Any] = {
    "assignments": [{"id": 88001, "name": "HW1", "points_possible": 20.0, "published": True, "grading_type": "points"}],
    "students": [],
    "submissions": {},
    "per_page": 2,
    "polls": 2,
    "errors": [],
    "remaining": 700.0,
    "lost": [],
    "missing": [],
    "drop": 0,
}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, scenario: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.scenario = {**PLAIN, **scenario}
        self.log: list[dict[str, Any]] = []
        self.progress: dict[int, dict[str, Any]] = {}
        held = self.scenario["submissions"]
        self.held: dict[int, dict[int, dict[str, Any]]] = {
            one["id"]: {
                student["id"]: held.get(str(one["id"]), {}).get(str(student["id"]), {}) for student in self.scenario["students"]
            }
            for one in self.scenario["assignments"]
        }  # fmt: skip
        for one in self.held:
            for user in [user for user, values in self.held[one].items() if values.get("unassigned")]:
                del self.held[one][user]

    def grade(self, assignment: int, grades: dict[int, dict[str, str]]) -> None:
        """What Canvas does in the background."""
        for user, given in grades.items():
            if user in self.scenario["lost"] + self.scenario["missing"]:
                continue
            if given.get("excuse") == "true":
                self.held[assignment][user] = {"score": None, "entered_score": None, "excused": True}
            else:
                score = float(given["posted_grade"])
                self.held[assignment][user] = {"score": score, "entered_score": score, "excused": False}


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer("GET", "")

    def do_POST(self) -> None:
        self.answer("POST", self.rfile.read(int(self.headers["Content-Length"])).decode())

    def answer(self, method: str, body: str) -> None:
        url = urlsplit(self.path)
        if url.path in ("/log", "/submissions"):
            return self.reply(200, self.server.log if url.path == "/log" else self.server.held)
        self.server.log.append({"method": method, "path": url.path, "body": parse_qs(body)})
        for error in self.server.scenario["errors"]:
            if error[0] == method and error[1] in url.path and error[2] > 0:
                error[2] -= 1
                return self.reply(error[3], error[4])
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.reply(
                401, {"errors": [{"message": "Invalid access token."}]}, {"WWW-Authenticate": "Bearer realm"}
            )
        return self.route(method, url.path.removeprefix("/api/v1"), parse_qs(url.query), parse_qs(body))

    def route(self, method: str, path: str, query: dict[str, list[str]], form: dict[str, list[str]]) -> None:
        if not path.startswith((f"/courses/{COURSE}", "/progress/")):
            return self.reply(404, {"errors": [{"message": "The specified resource does not exist."}]})
        scenario, course = self.server.scenario, f"/courses/{COURSE}"
        if method == "GET" and path == course:
            return self.reply(200, {"id": COURSE, "name": "Mathematics of ML", "start_at": "2027-01-11T08:00:00Z"})
        if method == "GET" and path == f"{course}/assignments":
            return self.page(path, query, scenario["assignments"])
        if method == "GET" and path == f"{course}/search_users":
            assert query["enrollment_type[]"] == ["student"]
            return self.page(path, query, scenario["students"])
        if method == "GET" and (found := re.fullmatch(rf"{course}/assignments/(\d+)/submissions", path)):
            held = self.server.held[int(found[1])]
            return self.page(
                path,
                query,
                [{"user_id": user, "assignment_id": int(found[1]), **values} for user, values in held.items()],
            )
        if method == "POST" and (found := re.fullmatch(rf"{course}/assignments/(\d+)/submissions/update_grades", path)):
            return self.update(int(found[1]), form)
        if method == "GET" and (found := re.fullmatch(r"/progress/(\d+)", path)):
            return self.poll(int(found[1]))
        return self.reply(404, {"errors": [{"message": "no such page"}]})

    def update(self, assignment: int, form: dict[str, list[str]]) -> None:
        grades: dict[int, dict[str, str]] = {}
        for key, [value] in form.items():
            found = re.fullmatch(r"grade_data\[(\d+)\]\[(posted_grade|excuse)\]", key)
            assert found, key
            grades.setdefault(int(found[1]), {})[found[2]] = value
        if self.server.scenario["drop"] > 0:
            self.server.scenario["drop"] -= 1
            self.server.grade(assignment, grades)
            self.close_connection = True
            return
        number = len(self.server.progress) + 1
        self.server.progress[number] = {
            "left": self.server.scenario["polls"],
            "assignment": assignment,
            "grades": grades,
        }
        self.reply(
            200,
            {"id": number, "workflow_state": "queued", "completion": 0, "message": None, "tag": "submissions_update"},
        )

    def poll(self, number: int) -> None:
        job = self.server.progress[number]
        job["left"] -= 1
        if job["left"] > 0:
            return self.reply(200, {"id": number, "workflow_state": "running", "completion": 50, "message": None})
        self.server.grade(job["assignment"], job["grades"])
        missing = [user for user in job["grades"] if user in self.server.scenario["missing"]]
        if missing:
            said = "Couldn't find User(s) with API ids " + ", ".join(f"'{user}'" for user in missing)
            return self.reply(200, {"id": number, "workflow_state": "failed", "completion": 100, "message": said})
        return self.reply(200, {"id": number, "workflow_state": "completed", "completion": 100, "message": None})

    def page(self, path: str, query: dict[str, list[str]], entries: list[Any]) -> None:
        size = min(int(query["per_page"][0]), self.server.scenario["per_page"])
        number = int(query.get("page", ["1"])[0])
        links = {}
        if number * size < len(entries):
            rest = "&".join(f"{key}={value}" for key, values in query.items() for value in values if key != "page")
            url = f"http://{self.headers['Host']}/api/v1{path}?{rest}&page={number + 1}"
            links = {"Link": f'<{url}>; rel="next"'}
        self.reply(200, entries[(number - 1) * size : number * size], links)

    def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        kind = "text/html" if isinstance(content, str) else "application/json"
        given = {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}
        given["X-Rate-Limit-Remaining"] = str(self.server.scenario["remaining"])
        if status in (301, 302):
            given["Location"] = "http://127.0.0.1:9/elsewhere"
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing: tests ask for /log."""


def main() -> None:
    server = Server(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
