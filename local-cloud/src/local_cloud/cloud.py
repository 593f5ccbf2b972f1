"""The local cloud as one object: the engine, the edge in front of it, and the stacks deployed on it."""

from __future__ import annotations

import atexit
import time
from contextlib import ExitStack
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

import boto3
from botocore.config import Config

from local_cloud.background import Background
from local_cloud.control import Control
from local_cloud.edge import Edge, Sources
from local_cloud.edge.distributions import DistributionReader
from local_cloud.edge.invalidations import InvalidationReader
from local_cloud.edge.origin import S3Origin
from local_cloud.engine import Engine
from local_cloud.engine_proxy import EngineProxy
from local_cloud.faults import Faults
from local_cloud.guard import Guard
from local_cloud.journal import Journal
from local_cloud.listen_sockets import ListenSockets, url_of
from local_cloud.request_hooks import Place
from local_cloud.run_keys import ENGINE_HEADER
from local_cloud.stacks import Stack, Stacks
from local_cloud.write_times import WriteTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from typing_extensions import Self
REGION = "us-east-1"
EDGE_VARIABLE = "MEMORY_EDGE_ENDPOINT"
CONTROL_VARIABLE = "MEMORY_LOCAL_CLOUD_CONTROL"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_CLIENT_CONFIG = Config(
    s3={"addressing_style": "path"},
    proxies={},  # else a proxy from the environment would be asked for 127.0.0.1
    retries={"mode": "standard", "total_max_attempts": 1},  # an engine that fails once fails again
)


class LocalCloud:
    """AWS on this machine, as far as Memory Service needs it; use it in a `with` statement.

    Attributes:
        endpoint: the AWS endpoint URL, for every service.
        edge_endpoints: where CloudFront is, one URL for each point of presence: what to connect to instead of
            `https://<distribution>`, with the distribution's domain in the `Host` header.
        edge_endpoint: the first of them.
        roaming_endpoint: the URL of a port that is at the first of them, and moves to another with `roam`.
        upload_endpoint: the URL of a port for upload forms to S3 and for nothing else, always over HTTP: no page trusts
            the certificate of `endpoint`.
        control_endpoint: the URL of the control API, for other languages.
        certificate: the PEM file with the certificate that clients of `endpoint` have to trust; None over HTTP.
        clock: the time in Unix seconds.
        faults: what goes wrong on demand.
        request_hooks: hooks that run between two requests, on demand.
        requests: what the edge was asked, and S3 too if it can fail or has another clock.
    """

    def __init__(
        self,
        engine: Engine,
        sockets: ListenSockets,
        clock: Callable[[], float],
        *,
        faults: bool,
        regional_cache: bool,
    ) -> None:
        """Put an edge in front of a running engine; `start` is the usual way to get a local cloud."""
        self._engine = engine
        self.clock = clock
        scheme = "https" if engine.certificate else "http"
        self.endpoint, self._beside_faults = (url_of(listener, scheme) for listener in sockets.proxy)
        self.edge_endpoints = [url_of(listener) for listener in sockets.edges]
        self.edge_endpoint = self.edge_endpoints[0]
        self.roaming_endpoint = url_of(sockets.roaming)
        self.upload_endpoint = url_of(sockets.uploads)
        self.control_endpoint = url_of(sockets.control)
        self.certificate = engine.certificate.path if engine.certificate else None
        self._session: Any = boto3.Session(
            aws_access_key_id=engine.keys.access_key,
            aws_secret_access_key=engine.keys.secret_key,
            region_name=REGION,
        )
        self._can_fail = faults or clock is not time.time
        places: frozenset[Place] = frozenset(get_args(Place)) if self._can_fail else frozenset({"edge"})
        self.faults = Faults(places, len(sockets.edges))
        self.request_hooks = self.faults.request_hooks
        self.requests = Journal()
        # What the local cloud does itself goes to the engine directly: faults are not for it.
        s3 = self._own_client("s3")
        self._stacks = Stacks(self._own_client("cloudformation"), s3)
        self._background = Background("local-cloud")
        self._proxy = self._started_proxy(sockets, s3)
        self._edge = self._started_edge(sockets, s3, regional_cache=regional_cache)
        self._control = Control(self, sockets.control)
        self._running = True
        atexit.register(self.stop)  # a caller that dies of an exception leaves no process behind

    @classmethod
    def start(  # noqa: PLR0913 - each is a choice of its own, and all have a default
        cls,
        *,
        node: Path | None = None,
        clock: Callable[[], float] = time.time,
        auth: bool = False,
        variables: Mapping[str, str] = _NOTHING,
        points_of_presence: int = 1,
        regional_cache: bool = False,
        faults: bool = False,
    ) -> Self:
        """Start a local cloud and wait until it answers.

        Args:
            node: the executable that runs Node functions; by default the first `node` on PATH.
            clock: the time in Unix seconds: what `Age`, `Date`, lifetimes and signatures go by at the edge,
                and `Last-Modified` and `Date` at S3. `FakeClock` is one for tests.
            auth: enforce signatures, role policies and bucket policies, as AWS does, and speak TLS, as bucket
                policies may demand; by default everyone may do everything, over HTTP.
            variables: environment variables that every function sees besides its own, for example `NODE_PATH`
                with the packages that Lambda's Node runtime brings along.
            points_of_presence: how many places of CloudFront there are, each with a cache of its own.
            regional_cache: whether they share a second cache in front of S3.
            faults: whether S3 can fail on demand; the edge always can.

        Raises:
            ValueError: there is no point of presence.
            EngineError: the engine did not start.
            InstallationError: the engine's packages could not be installed.
        """
        if points_of_presence < 1:
            raise ValueError(f"there is at least 1 point of presence, not {points_of_presence}")
        # The functions must learn all addresses, and they learn what the engine knew when it started.
        with ExitStack() as undo:
            sockets = ListenSockets.open(undo, points_of_presence)
            everywhere = {
                **variables,
                EDGE_VARIABLE: url_of(sockets.edges[0]),
                "AWS_ENDPOINT_URL": url_of(sockets.proxy[0], "https" if auth else "http"),
            }
            engine = Engine.start(node=node, auth=auth, variables=everywhere)
            undo.callback(engine.stop)
            started = cls(engine, sockets, clock, faults=faults, regional_cache=regional_cache)
            undo.pop_all()
        return started

    def client(self, service: str, *, bypass_faults: bool = False) -> Any:
        """Return a new boto3 client for the service, with the root's credentials.

        Args:
            service: for example `s3`.
            bypass_faults: whether faults at `s3` leave it alone and its requests count as the edge's: for a test that
                looks at what is stored, or plays somebody else, while an application meets faults.
        """
        return self._client(service, self._beside_faults if bypass_faults else self.endpoint)

    def other_account(self, number: str) -> Any:
        """Return a boto3 session as the root of another account, for a test of what others may do.

        Args:
            number: the account's twelve digits.
        """
        keys = self._engine.keys
        return boto3.Session(number, keys.secret_key, keys.account_token, region_name=REGION)

    def deploy(
        self,
        template: Mapping[str, Any] | str,
        *,
        stack_name: str,
        parameters: Mapping[str, str] = _NOTHING,
    ) -> Stack:
        """Create or update a stack and wait until it is complete, and the edge knows of it.

        Args:
            template: a CloudFormation template without a transform, as an object or as JSON or YAML text.
            stack_name: deploying under the same name again updates the stack.
            parameters: the value of each parameter that has no default.

        Raises:
            DeploymentError: the template was refused or a resource failed.
        """
        stack = self._stacks.deploy(template, stack_name, parameters)
        self._edge.refresh()
        return stack

    def delete(self, stack_name: str) -> None:
        """Delete a stack with all its resources; a stack that does not exist is no error.

        Raises:
            DeploymentError: a resource could not be deleted.
        """
        self._stacks.delete(stack_name)
        self._edge.refresh()

    def refresh(self) -> None:
        """Let the edge learn at once of changed distributions and of invalidations, not a second later."""
        self._edge.refresh()

    def clear_caches(self) -> None:
        """Drop all copies that the edge holds, at all points of presence."""
        self._edge.forget()

    def roam(self, pop: int) -> None:
        """Move `roaming_endpoint` to another point of presence: what CloudFront's clients meet who are sent elsewhere.

        Args:
            pop: the number of the point of presence, from 0.

        Raises:
            ValueError: there is no such point of presence.
        """
        self._edge.roam(pop)

    def store_elsewhere(self, bucket: str, endpoint: str) -> None:
        """Keep the objects of a bucket in another S3 from now on; what the bucket held stays behind.

        Args:
            bucket: a bucket of this cloud. One of its name is created there.
            endpoint: the URL of the other S3, which accepts the root's credentials.

        Raises:
            ValueError: the edge asks the engine directly, as this cloud has neither faults nor a clock.
        """
        if not self._can_fail:
            raise ValueError("objects can be kept elsewhere only with faults=True, or a clock")
        self._client("s3", endpoint).create_bucket(Bucket=bucket)
        self._proxy.store_elsewhere(bucket, endpoint)

    def browser_endpoint(self, distribution_domain: str, pop: int = 0) -> str:
        """Return the URL of a port where every request is for one distribution: browsers cannot set `Host`.

        Args:
            distribution_domain: for example `d111111abcdef8.cloudfront.net`.
            pop: the number of the point of presence, from 0.

        Raises:
            ValueError: there is no such point of presence.
        """
        return self._edge.browser_endpoint(distribution_domain, pop)

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which AWS SDKs and Memory Service use this cloud."""
        return {
            "AWS_ACCESS_KEY_ID": self._engine.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self._engine.keys.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            EDGE_VARIABLE: self.edge_endpoint,
            CONTROL_VARIABLE: self.control_endpoint,
            **(self._engine.certificate.variables if self._engine.certificate else {}),
        }

    def stop(self) -> None:
        """End every process of this cloud and remove what it wrote; calling it again does nothing."""
        if self._running:
            self._running = False
            atexit.unregister(self.stop)
            self._control.stop()
            self._edge.stop()
            self._proxy.stop()
            self._background.stop()
            self._engine.stop()

    def _started_proxy(self, sockets: ListenSockets, s3: Any) -> EngineProxy:
        """Open the way into the engine, for applications and for the edge."""
        engine = self._engine
        proxy = EngineProxy(
            engine,
            s3,
            lambda port, forms_only: Guard(
                engine.keys, s3, port, auth=engine.certificate is not None, forms_only=forms_only
            ),
            self._background,
            None if self.clock is time.time else WriteTimes(self.clock),
            self.clock,
            is_spoilt=self._can_fail,
        )
        proxy.start(*sockets.proxy, sockets.uploads, self.faults, self.requests)
        self.faults.on_change(proxy.update)
        return proxy

    def _started_edge(self, sockets: ListenSockets, s3: Any, *, regional_cache: bool) -> Edge:
        """Open CloudFront, whose way to S3 is the proxy's if that can fail or has another clock."""
        cloudfront = self._own_client("cloudfront")
        keys, certificate = self._engine.keys, self._engine.certificate
        trust = certificate.context() if certificate else None
        origin = self._beside_faults if self._can_fail else self._engine.endpoint
        opening = {} if self._can_fail else {ENGINE_HEADER: keys.engine}
        sources = Sources(
            distributions=DistributionReader(cloudfront, s3).read,
            invalidations=InvalidationReader(cloudfront).read,
            open_origin=lambda: S3Origin(origin, self._session.get_credentials(), REGION, trust, opening),
            clock=self.clock,
        )
        edge = Edge(sources, self._background, self.faults, self.requests)
        edge.start(sockets.edges, sockets.roaming, regional_cache=regional_cache)
        self.faults.on_change(edge.update)
        return edge

    def _client(self, service: str, endpoint: str) -> Any:
        trust = str(self.certificate) if self.certificate else None
        return self._session.client(service, endpoint_url=endpoint, config=_CLIENT_CONFIG, verify=trust)

    def _own_client(self, service: str) -> Any:
        """Return a client of the engine itself."""
        client = self._client(service, self._engine.endpoint)

        def open_engine(request: Any, **_: Any) -> None:
            request.headers[ENGINE_HEADER] = self._engine.keys.engine

        client.meta.events.register("before-send", open_engine)
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
