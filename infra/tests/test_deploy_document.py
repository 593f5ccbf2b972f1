"""What the pages of this folder name exists: commands, options, parameters, links. What DEPLOY.md states is derived."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name
from click.testing import CliRunner
from infra.scan.translations import unpackaged
from memory._config import _KEYS as CONFIGURATION
from memory._config import ENVIRONMENT_PREFIX
from memory_console.command import main

if TYPE_CHECKING:
    import click

INFRA = Path(__file__).resolve().parents[1]
ROOT = INFRA.parent
PAGES = {
    name: (INFRA / name).read_text(encoding="utf-8")
    for name in ("DEPLOY.md", "TROUBLESHOOTING.md", "README.md")
}
DEPLOY = PAGES["DEPLOY.md"]
TEMPLATES = {name: unpackaged(INFRA / f"{name}.yaml") for name in ("template", "consumer")}
SESSION = botocore.session.get_session()
#: Options of every command of the AWS CLI, from its reference, page "aws".
GLOBAL = {"--region", "--query", "--output", "--cli-binary-format"}
#: Commands that the AWS CLI makes of several operations, with the options we use.
CUSTOM = {
    ("s3", "rb"): {"--force"},
    ("cloudformation", "deploy"): {
        "--template-file",
        "--stack-name",
        "--capabilities",
        "--parameter-overrides",
    },
}
#: `sam deploy`, from its reference: the SAM CLI is in an environment of its own.
SAM = {"--template-file", "--stack-name", "--resolve-s3", "--capabilities", "--parameter-overrides"}
#: "Acknowledging application capabilities" in the developer guide of the Serverless Application Repository.
ACKNOWLEDGED = {
    "CAPABILITY_IAM": {"AWS::IAM::Group", "AWS::IAM::InstanceProfile", "AWS::IAM::Policy", "AWS::IAM::Role"},
    "CAPABILITY_RESOURCE_POLICY": {
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
    },
}


def code(page: str) -> str:
    """Return all that the page shows as code, with continued lines joined."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
    spans = re.findall(
        r"`([^`\n]+)`", re.sub(r"^ *```\w*\n.*?^ *```$", "", page, flags=re.DOTALL | re.MULTILINE)
    )
    return re.sub(r" *\\\n *", " ", "\n".join([*blocks, *spans]))


def commands(program: str) -> list[tuple[str, list[str]]]:
    """Return each call of a program in the pages: the page, and the words after the program's name."""
    call = re.compile(rf"(?<![\w/.-])(?<!--stack-name ){re.escape(program)} ([^|\n)]*)")
    return [(name, shlex.split(text)) for name, page in PAGES.items() for text in call.findall(code(page))]


def options(words: list[str]) -> set[str]:
    return {word for word in words if word.startswith("--")}


@pytest.mark.parametrize(
    ("page", "words"),
    commands("aws"),
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else value,
)
def test_a_command_of_the_aws_cli_exists_with_its_options(page: str, words: list[str]) -> None:
    service, operation, *rest = words
    assert page
    if (service, operation) in CUSTOM:
        assert options(rest) <= CUSTOM[service, operation]
        return
    if operation == "wait":
        waiters = SESSION.get_waiter_model(service)
        [config] = [
            waiters.get_waiter(name) for name in waiters.waiter_names if xform_name(name, "-") == rest[0]
        ]
        name = config.operation
    else:
        model = SESSION.get_service_model(service)
        [name] = [each for each in model.operation_names if xform_name(each, "-") == operation]
    shape = SESSION.get_service_model(service).operation_model(name).input_shape
    known = {f"--{xform_name(member, '-')}": member for member in (shape.members if shape else {})}
    assert options(rest) - GLOBAL <= set(known)
    needed = {option for option, member in known.items() if shape and member in shape.required_members}
    if rest:  # a mere mention gives none
        assert needed <= options(rest)


@pytest.mark.parametrize(
    ("page", "words"), commands("sam"), ids=lambda value: value[0] if isinstance(value, list) else value
)
def test_sam_is_called_with_options_that_it_has(page: str, words: list[str]) -> None:
    assert page
    assert words[0] in {"deploy", "validate", "package"}
    assert options(words) <= SAM | {"--lint"}


def test_parameters_that_are_given_exist_and_take_what_they_are_given() -> None:
    parameters = {
        name: item for template in TEMPLATES.values() for name, item in template["Parameters"].items()
    }
    given = re.findall(
        r"(?:Name=(\w+),Value=(\S+)|(?<=[ \n])([A-Z]\w+)=(\S+))", "\n".join(map(code, PAGES.values()))
    )
    pairs = [
        (name or other, value or another)
        for name, value, other, another in given
        if not (name or other).isupper()
    ]
    assert len(pairs) >= 6
    for name, value in pairs:
        assert name in parameters, name
        assert value in parameters[name].get("AllowedValues", [value])


def test_every_name_in_code_is_a_parameter_an_output_or_aws_s() -> None:
    cloudfront, s3 = (SESSION.get_service_model(name) for name in ("cloudfront", "s3"))
    aws = {member for model in (cloudfront, s3) for name in model.shape_names
           for member in (name, *getattr(model.shape_for(name), "members", {}))}  # fmt: skip
    ours = {name for template in TEMPLATES.values() for part in ("Parameters", "Outputs", "Resources", "Conditions")
            for name in template.get(part, {})}  # fmt: skip
    said_by_s3 = {"PublicKey", "AccessDenied", "InvalidKey", "MissingKey"}
    for name in ("DEPLOY.md", "TROUBLESHOOTING.md"):
        spans = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z]\w*)+)`", PAGES[name]))
        assert spans - ours - aws - said_by_s3 == set(), name


def test_every_variable_and_key_of_the_configuration_exists() -> None:
    others = {"ROLE_ARN", "DELETE_IN_PROGRESS", "NODE_PATH"}
    for name, page in PAGES.items():
        named = {
            text.removeprefix(ENVIRONMENT_PREFIX)
            for text in re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", page)
        }
        assert named - set(CONFIGURATION) - others == set(), name


@pytest.mark.parametrize(
    ("page", "words"),
    commands("memory-service"),
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_a_command_of_the_console_exists_with_its_options(page: str, words: list[str]) -> None:
    assert page
    command: click.Command | None = main.get_command(None, words[0])  # type: ignore[arg-type] # it is not used
    assert command is not None
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert options(words) <= known


def test_every_session_exists() -> None:
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session: nox.Session\)", noxfile, re.MULTILINE))
    for name, page in PAGES.items():
        assert set(re.findall(r"noxfile\.py -s (\w+)", page)) <= sessions, name


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "page", [*PAGES, "../README.md", "../python-sdk/README.md", "../nodejs-sdk/README.md"]
)
def test_every_link_leads_somewhere(page: str) -> None:
    text = (INFRA / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert links
    for link in links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (INFRA / page).parent / path if path else INFRA / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("section", ["From SAR to a running demo", "From source"])
def test_the_capabilities_are_those_that_the_template_wants(section: str, translated: dict[str, Any]) -> None:
    types = {resource["Type"] for resource in translated["Resources"].values()}
    assert not any("RoleName" in item.get("Properties", {}) for item in translated["Resources"].values())
    wanted = {name for name, kinds in ACKNOWLEDGED.items() if kinds & types}
    if section == "From source":  # the name of the other is the repository's own, CloudFormation refuses it
        wanted -= {"CAPABILITY_RESOURCE_POLICY"}
    text = DEPLOY.partition(f"## {section}")[2].partition("\n## ")[0]
    assert set(re.findall(r"CAPABILITY_\w+", text)) == wanted


def test_the_walkthrough_invokes_every_demo() -> None:
    [demos] = re.findall(r"for DEMO in (.+); do", DEPLOY)
    names = [item["Properties"]["FunctionName"]["Fn::Sub"] for item in TEMPLATES["template"]["Resources"].values()
             if item.get("Condition") == "WithDemos"]  # fmt: skip
    assert sorted(f"${{FunctionPrefix}}-{demo}" for demo in demos.split()) == sorted(names)
    default = TEMPLATES["template"]["Parameters"]["FunctionPrefix"]["Default"]
    assert f'"{default}-$DEMO"' in DEPLOY


def test_no_update_replaces_the_bucket_or_a_distribution_and_every_one_adds_versions_of_the_layers(
    translated: dict[str, Any],
) -> None:
    """By the properties that CloudFormation's own schemas say cannot change."""
    # Here, as it takes seconds to import.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it ships no types

    fixed = {}
    for name, resource in translated["Resources"].items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource["Type"]).schema
        create_only = {path.split("/")[2] for path in schema.get("createOnlyProperties", [])}
        fixed[name] = create_only & set(resource["Properties"])
    assert {name: fixed[name] for name in ("Bucket", "PublicDistribution", "PrivateDistribution")} == {
        "Bucket": set(), "PublicDistribution": set(), "PrivateDistribution": set()
    }  # fmt: skip
    assert fixed["SigningKeys"] == {
        "ServiceToken"
    }  # the ARN of a function of the stack, which has no name of its own
    assert "FunctionName" not in translated["Resources"]["EdgeSetup"]["Properties"]
    layers = {
        name for name, item in translated["Resources"].items() if item["Type"] == "AWS::Lambda::LayerVersion"
    }
    assert layers
    assert all({"Content", "LayerName"} <= fixed[name] for name in layers)
    assert all(translated["Resources"][name]["DeletionPolicy"] == "Retain" for name in layers)
    assert all("FunctionName" in fixed[name] for name in ("PythonDemo", "NodejsDemo"))


def test_the_worked_example_is_what_the_calculator_says() -> None:
    [(_, words)] = [(page, words) for page, words in commands("memory-service") if words[0] == "cost"]
    done = CliRunner().invoke(main, [*words, "--json"])
    offers = {offer["key"]: offer for offer in json.loads(done.stdout)["offers"]}
    own = offers["memory_service"]
    rows = dict(
        re.findall(
            r"^\| \**([^|*]+?)\** \| \**([\d.]+)", DEPLOY.partition("| a month | USD |")[2], re.MULTILINE
        )
    )
    items = {item["key"]: item["usd"] for item in own["items"]}
    cloudfront = sum(usd for key, usd in items.items() if key.startswith("cloudfront"))
    computed = {
        "S3 PUTs": items["s3_puts"],
        "S3 GETs": items["s3_gets"],
        "CloudFront requests and transfer": cloudfront,
        "in all": own["usd"],
    }
    assert rows == {name: f"{usd:.2f}" for name, usd in computed.items()}
    cheapest = min(
        offer["usd"] for key, offer in offers.items() if key.startswith(("serverless", "elasticache"))
    )
    [elsewhere] = re.findall(
        r"costs ([\d.]+) with DynamoDB on demand, and ([\d.]+) with the cheapest ElastiCache", DEPLOY
    )
    assert elsewhere == (f"{offers['dynamodb']['usd']:.2f}", f"{cheapest:.2f}")
