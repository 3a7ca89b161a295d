from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bot.records.database import Database
from web.staff.app import create_staff, utc_now


def test_a_database_that_fails_is_a_kind_page(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")  # without tables
    app = Starlette(routes=[Mount("/staff", create_staff(lambda: database, utc_now))])
    client = TestClient(app, raise_server_exceptions=False, base_url="https://testserver")
    client.cookies.set("foyer_staff", "x")
    response = client.get("/staff/")
    assert response.status_code == 500
    assert "gone wrong" in response.text
    assert "phone 999" in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "staff_sessions" not in response.text
    database.dispose()
