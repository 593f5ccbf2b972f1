"""The edge: nginx, a real caching server, answering as CloudFront does."""

from __future__ import annotations

import getpass
import json
import os
import shutil
from typing import TYPE_CHECKING

from benchmarks.processes import HOST, Server, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.certificate import Certificate

_CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr warn;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  types {{ application/json json; }}
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  open_file_cache max=10000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/temp;
  fastcgi_temp_path {folder}/fastcgi;
  scgi_temp_path {folder}/scgi;
  uwsgi_temp_path {folder}/uwsgi;
  proxy_cache_path {folder}/cache keys_zone=edge:10m inactive=1d;
  upstream s3 {{ server {s3}; keepalive 8; }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host {s3};
  proxy_set_header Accept-Encoding gzip;
  proxy_cache edge;
  proxy_cache_key $uri$server_port;
  proxy_pass_header Server;
  proxy_hide_header Seaweed-X-Amz-ETag;
  proxy_hide_header Seaweed-X-Amz-Owner;
  proxy_hide_header Vary;
  add_header X-Cache "Hit from cloudfront" always;
  add_header Via "1.1 3f8d2c7a9b1e4f60a5d2c8e7b9f01234.cloudfront.net (CloudFront)" always;
  add_header X-Amz-Cf-Pop FRA56-P4 always;
  add_header X-Amz-Cf-Id "uZ1n3b6y9Q0xKc5tVw8eRj2mHs4dGf7aLpOiYtXvBnMqWsEdRfTgHy==" always;
  add_header Age 1 always;
  add_header X-Content-Type-Options nosniff always;
  add_header x-amz-server-side-encryption AES256 always;
{servers}
}}
"""
_SERVER = """\
  server {{
    listen {host}:{port}{ssl};
    location / {{ rewrite ^(.*)$ /{bucket}/{visibility}$1? break; proxy_pass http://s3; }}
  }}
"""
_SSM = """\
  server {{
    listen {host}:{port};
    location / {{ default_type application/x-amz-json-1.1; return 200 '{answer}'; }}
  }}
"""


def program() -> str | None:
    """Return the path of nginx, None if it is not installed. Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def start(
    folder: Path, s3: str, bucket: str, certificate: Certificate, parameter: str
) -> tuple[Server, dict[str, str]]:
    """Start an edge in front of a bucket: public over plain HTTP and TLS, private over plain HTTP.

    It checks no signatures: what it costs to check them is the edge's, not the reader's. Beside it is an SSM that
    answers everything with one parameter. Returned are the server, and the origins by what they are.
    """
    ports = {what: free_port() for what in ("plain", "tls", "private", "ssm")}
    ssl = f" ssl; ssl_certificate {certificate.path}; ssl_certificate_key {certificate.key}"
    listening = (("plain", "", "public"), ("tls", ssl, "public"), ("private", "", "private"))
    servers = "".join(
        _SERVER.format(host=HOST, port=ports[what], ssl=more, bucket=bucket, visibility=visibility)
        for what, more, visibility in listening
    )
    answer = json.dumps({"Parameter": {"Type": "SecureString", "Value": parameter}})
    quoted = answer.replace("\\", "\\\\")  # nginx takes a backslash away
    servers += _SSM.format(host=HOST, port=ports["ssm"], answer=quoted)
    # The workers of a master that is root would be nobody, who may not enter the folder.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, user=user, s3=s3, servers=servers))
    command = [program() or "nginx", "-p", str(folder), "-c", str(configuration), "-e", "stderr"]
    server = Server("nginx", command, ports["plain"], folder / "log")
    return server, {
        what: f"http{'s' if what == 'tls' else ''}://{HOST}:{port}" for what, port in ports.items()
    }
