"""Files that are read for the component: token files, certificates, Azure Arc's key; and the certificate authorities."""

import os
import shutil

import pytest
from conftest import SCOPE, SECRET_VALUE, USER_ASSIGNED_CLIENT_ID

from keyfob._component.files import _open_in_folder
from keyfob._component.host import Host
from keyfob.exceptions import ClientAuthenticationError, ServiceRequestError
from keyfob.identity import CertificateCredential, ManagedIdentityCredential, WorkloadIdentityCredential
from keyfob.secrets import SecretClient

requires_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")


def read(path, limit=100):
    return Host().read_file(str(path), limit)


def test_read_file(tmp_path):
    (tmp_path / "file").write_bytes(b"\x00\xff")
    assert read(tmp_path / "file", 2) == b"\x00\xff"
    assert read(tmp_path / "file", 1) == "too-large"
    assert read(tmp_path / "missing") == "not-found"
    assert read(tmp_path) == "unreadable"
    assert read("a\0b") == "unreadable"
    assert read("") == "unreadable"


def test_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    assert [read(path) for path in ("file", "./file", f"../{tmp_path.name}/file")] == [b"x"] * 3


@requires_fifo
def test_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "token")
    # With a writer and something to read: a reader that opened it would not wait, and would report the content.
    writer = os.open(tmp_path / "token", os.O_RDWR)
    os.write(writer, b"ab")
    try:
        assert read(tmp_path / "token", 1) == "unreadable"
    finally:
        os.close(writer)
    # Without a writer: a reader would wait for one.
    assert read(tmp_path / "token") == "unreadable"
    for credential in (
        WorkloadIdentityCredential(
            tenant_id="contoso", client_id=USER_ASSIGNED_CLIENT_ID, token_file_path=str(tmp_path / "token")
        ),
        CertificateCredential("contoso", USER_ASSIGNED_CLIENT_ID, str(tmp_path / "token")),
    ):
        with pytest.raises(ClientAuthenticationError, match="can't be read") as raised:
            credential.get_token(SCOPE)
        assert "(it is not a regular file)" in raised.value.summary and raised.value.__cause__ is None
        assert str(raised.value.inner_exception) == "it is not a regular file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_device_is_not_read(device):
    if not os.path.exists(device):
        pytest.skip(f"this system has no {device}")
    assert read(device) == "unreadable"


def mount(folder, content):
    """Mounts a token as Kubernetes does."""
    (folder / "..2026").mkdir(parents=True)
    (folder / "..2026" / "token").write_bytes(content)
    (folder / "..data").symlink_to("..2026")
    (folder / "token").symlink_to("..data/token")


def test_kubernetes_token_volume(tmp_path):
    mount(tmp_path / "volume", b"one")
    assert read(tmp_path / "volume/token") == b"one"
    # The folder itself may be a link, such as /var/run.
    (tmp_path / "run").symlink_to("volume")
    assert read(tmp_path / "run/token") == b"one"
    # Kubernetes renews the token by replacing the link to the folder.
    (tmp_path / "volume/..2027").mkdir()
    (tmp_path / "volume/..2027/token").write_bytes(b"two")
    (tmp_path / "volume/new").symlink_to("..2027")
    os.replace(tmp_path / "volume/new", tmp_path / "volume/..data")
    assert read(tmp_path / "volume/token") == b"two"


def test_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "private").write_bytes(b"x")
    (tmp_path / "volume/inner").mkdir(parents=True)
    (tmp_path / "volume/absolute").symlink_to(tmp_path / "private")
    (tmp_path / "volume/relative").symlink_to("../private")
    (tmp_path / "volume/twice").symlink_to("relative")
    (tmp_path / "volume/inner/up").symlink_to("../../private")
    (tmp_path / "volume/through").symlink_to("inner/up")
    (tmp_path / "volume/loop").symlink_to("loop")
    (tmp_path / "volume/dangling").symlink_to("nowhere")
    names = ["absolute", "relative", "twice", "through", "loop", "dangling"]
    assert [read(tmp_path / "volume" / name) for name in names] == ["unreadable"] * 5 + ["not-found"]


@pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="this system opens no files relative to a folder")
@pytest.mark.parametrize("replaced", ["..data", "..2026", "token"])
def test_link_that_is_replaced_during_the_open(tmp_path, monkeypatch, replaced):
    (tmp_path / "private").mkdir()
    (tmp_path / "private/token").write_bytes(b"of another folder")
    mount(tmp_path / "volume", b"one")
    original = os.path.relpath

    def replace_now(*arguments):
        """Called between the resolution of the path and the open."""
        place = tmp_path / "volume" / replaced
        shutil.rmtree(place) if replaced == "..2026" else place.unlink(missing_ok=True)
        place.symlink_to("../private/token" if replaced == "token" else "../private")
        return original(*arguments)

    monkeypatch.setattr(os.path, "relpath", replace_now)
    try:
        opened = os.fdopen(_open_in_folder(str(tmp_path / "volume/token")), "rb")
    except OSError:
        return
    with opened:
        # A part that was no longer used was replaced.
        assert opened.read() == b"one"


@requires_fifo
@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_pipe_as_certificate_authorities(app_service, monkeypatch, tmp_path, name):
    for other in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(other)
    os.mkfifo(tmp_path / "ca.pem")
    monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    client = SecretClient(os.environ["KEYVAULT_URL"], ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID))
    with pytest.raises(ServiceRequestError, match="TLS handshake") as raised:
        client.get_secret("secret-a", timeout=10)
    for text in (raised.value.summary, str(raised.value.inner_exception)):
        assert name in text and "not a regular file" in text
    assert "remove the variable" in raised.value.hint


def test_certificate_authorities_by_a_link(app_service, monkeypatch, tmp_path):
    # The program names these files for itself: links are followed anywhere.
    (tmp_path / "ca.pem").symlink_to(os.environ["REQUESTS_CA_BUNDLE"])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    client = SecretClient(os.environ["KEYVAULT_URL"], ManagedIdentityCredential(client_id=USER_ASSIGNED_CLIENT_ID))
    assert client.get_secret("secret-a").value == SECRET_VALUE
