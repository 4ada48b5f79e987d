import base64
import json
import random
import string
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text.redaction import Redactor, keep

RANDOM = random.Random(20)
LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


@pytest.fixture(autouse=True)
def seeded(request: pytest.FixtureRequest) -> None:
    """Each test has its own seed, whatever ran before it."""
    RANDOM.seed(request.node.nodeid)


def made(length: int, alphabet: str = LETTERS) -> str:
    """A random text that has a digit and a letter, as every real key has."""
    return "a7" + "".join(RANDOM.choice(alphabet) for _ in range(length - 2)) if length > 2 else "a7"


def upper(length: int) -> str:
    return "".join(RANDOM.choice(UPPER) for _ in range(length))


def hexadecimal(length: int) -> str:
    return made(length, HEX)


# Made anew at each run from a seed: no secret, not even a false one, stands in the repository.
SECRET_BY_KIND: dict[str, Callable[[], str]] = {
    "anthropic api": lambda: f"sk-ant-api03-{made(93)}-AA",
    "anthropic oauth": lambda: f"sk-ant-oat01-{made(80)}",
    "openai": lambda: f"sk-{made(48)}",
    "openai project": lambda: f"sk-proj-{made(120)}",
    "openrouter": lambda: f"sk-or-v1-{hexadecimal(64)}",
    "stripe": lambda: f"sk_live_{made(24)}",
    "stripe webhook": lambda: f"whsec_{made(32)}",
    "github classic": lambda: f"ghp_{made(36)}",
    "github server": lambda: f"ghs_{made(36)}",
    "github fine-grained": lambda: f"github_pat_{made(22)}_{made(59)}",
    "gitlab": lambda: f"glpat-{made(20)}",
    "slack bot": lambda: f"xoxb-{random_digits(12)}-{random_digits(12)}-{made(24)}",
    "slack app": lambda: f"xapp-1-{upper(11)}-{random_digits(13)}-{hexadecimal(64)}",
    "aws id": lambda: f"AKIA{upper(16)}",
    "aws temporary id": lambda: f"ASIA{upper(16)}",
    "google api": lambda: f"AIza{made(35)}",
    "google oauth": lambda: f"ya29.{made(60)}",
    "google client": lambda: f"GOCSPX-{made(28)}",
    "azure client": lambda: f"{made(3)}8Q~{made(34)}",
    "npm": lambda: f"npm_{made(36)}",
    "pypi": lambda: f"pypi-AgEIcHlwaS5vcmc{made(60)}",
    "rubygems": lambda: f"rubygems_{hexadecimal(48)}",
    "docker": lambda: f"dckr_pat_{made(27)}",
    "vault": lambda: f"hvs.{made(90)}",
    "terraform": lambda: f"{made(14)}.atlasv1.{made(67)}",
    "pulumi": lambda: f"pul-{hexadecimal(40)}",
    "doppler": lambda: f"dp.pt.{made(43)}",
    "planetscale": lambda: f"pscale_tkn_{made(43)}",
    "supabase": lambda: f"sbp_{hexadecimal(40)}",
    "digitalocean": lambda: f"dop_v1_{hexadecimal(64)}",
    "netlify": lambda: f"nfp_{made(36)}",
    "sendgrid": lambda: f"SG.{made(22)}.{made(43)}",
    "mailgun": lambda: f"key-{hexadecimal(32)}",
    "mailchimp": lambda: f"{hexadecimal(32)}-us12",
    "brevo": lambda: f"xkeysib-{hexadecimal(64)}-{made(16)}",
    "postman": lambda: f"PMAK-{hexadecimal(24)}-{hexadecimal(34)}",
    "twilio": lambda: f"SK{hexadecimal(32)}",
    "telegram": lambda: f"{random_digits(9)}:AA{made(33)}",
    "shopify": lambda: f"shpat_{hexadecimal(32)}",
    "square": lambda: f"sq0atp-{made(22)}",
    "linear": lambda: f"lin_api_{made(40)}",
    "notion": lambda: f"ntn_{made(46)}",
    "figma": lambda: f"figd_{made(40)}",
    "airtable": lambda: f"pat{made(14)}.{hexadecimal(64)}",
    "atlassian": lambda: f"ATATT3{made(180)}",
    "databricks": lambda: f"dapi{hexadecimal(32)}",
    "new relic": lambda: f"NRAK-{upper(27)}",
    "grafana": lambda: f"glsa_{made(32)}_{hexadecimal(8)}",
    "sentry": lambda: f"sntrys_{made(80)}",
    "posthog": lambda: f"phx_{made(43)}",
    "dynatrace": lambda: f"dt0c01.{upper(24)}.{upper(64)}",
    "hugging face": lambda: f"hf_{made(34)}",
    "replicate": lambda: f"r8_{made(37)}",
    "groq": lambda: f"gsk_{made(52)}",
    "perplexity": lambda: f"pplx-{made(48)}",
    "xai": lambda: f"xai-{made(80)}",
    "langsmith": lambda: f"lsv2_pt_{hexadecimal(32)}_{hexadecimal(10)}",
    "tailscale": lambda: f"tskey-auth-{made(12)}-{made(32)}",
    "age": lambda: f"AGE-SECRET-KEY-1{upper(58)}",
    "json web token": lambda: f"eyJ{made(30)}.eyJ{made(60)}.{made(43)}",
}
BESIDE_BY_KIND: dict[str, tuple[Callable[[], str], str]] = {
    "password in the environment": (lambda: made(16), "DB_PASSWORD={}"),
    "quoted password": (lambda: f"correct horse {made(6)}", "password = '{}'"),
    "password in yaml": (lambda: made(14) + "!", "  admin_password: {}"),
    "aws secret": (lambda: made(40), "aws_secret_access_key = {}"),
    "datadog": (lambda: hexadecimal(32), "DD_API_KEY={}"),
    "bearer": (lambda: made(40), "Authorization: Bearer {}"),
    "basic": (lambda: base64.b64encode(made(20).encode()).decode(), "authorization: Basic {}"),
    "database address": (lambda: made(12), "postgres://app:{}@db.example.org:5432/app"),
    "git address": (lambda: made(20), "https://x-access-token:{}@git.example.org/a/b"),
    "cookie": (lambda: f"sid={made(24)}", "Cookie: {}"),
    "connection string": (lambda: f"{made(60)}==", "AccountName=a;AccountKey={};EndpointSuffix=b"),
    "curl user": (lambda: made(12), "curl -u admin:{} https://example.org"),
    "option": (lambda: made(18), "deploy --token {} --now"),
    "netrc": (lambda: made(12), "machine example.org login me password {}"),
    "slack webhook": (lambda: f"T{upper(8)}/B{upper(8)}/{made(24)}", "https://hooks.slack.com/services/{}"),
    "mail address": (lambda: f"{made(6)}@mail.example.org", "write to {} please"),
    "sql": (lambda: made(12), "CREATE USER a IDENTIFIED BY '{}'"),
    "aws configure": (lambda: made(40), "aws configure set aws_secret_access_key {}"),
    "docker login": (lambda: base64.b64encode(made(24).encode()).decode(), '{{"auths": {{"r": {{"auth": "{}"}}}}}}'),
    "subscription key": (lambda: hexadecimal(32), "Ocp-Apim-Subscription-Key: {}"),
    "quoted pass": (lambda: made(9), "pass: '{}'"),
    "zapier": (lambda: f"{random_digits(7)}/{made(7)}", "https://hooks.zapier.com/hooks/catch/{}"),
    "xml": (lambda: made(14), "<password>{}</password>"),
}
CONTEXTS: dict[str, Callable[[str], str]] = {
    "bare": lambda text: text,
    "sentence": lambda text: f"Please use {text} for the deployment, then go on.",
    "json": lambda text: json.dumps({"note": text}),
    "json in json": lambda text: json.dumps(json.dumps({"note": f'say "{text}"'})),
    "diff": lambda text: f"--- a\n+++ b\n-{text}\n+{text}\n",
    "comment": lambda text: f"x = 1  # {text}",
    "markdown": lambda text: f"run `{text}` or **{text}**",
    "between non-ASCII": lambda text: f"é– {text} –é",
    "many lines": lambda text: "line\n" * 50 + text + "\nline" * 50,
}


def random_digits(length: int) -> str:
    return "".join(RANDOM.choice(string.digits) for _ in range(length))


def masked(text: str) -> str:
    return Redactor.learn([text])(text)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kind", SECRET_BY_KIND)
def test_a_secret_known_by_its_shape_is_masked(kind: str, context: str) -> None:
    secret = SECRET_BY_KIND[kind]()
    shown = masked(CONTEXTS[context](secret))
    assert secret not in shown
    assert "[secret:" in shown


@pytest.mark.parametrize("context", sorted(set(CONTEXTS) - {"json in json"}))
@pytest.mark.parametrize("kind", BESIDE_BY_KIND)
def test_a_secret_known_by_what_stands_beside_it_is_masked(kind: str, context: str) -> None:
    make, pattern = BESIDE_BY_KIND[kind]
    secret = make()
    assert secret not in masked(CONTEXTS[context](pattern.format(secret)))


@pytest.mark.parametrize("kind", SECRET_BY_KIND)
def test_a_secret_in_base64_or_in_an_address_is_masked(kind: str) -> None:
    secret = SECRET_BY_KIND[kind]()
    encoded = base64.b64encode(f"token: {secret}\n".encode()).decode()
    assert encoded.rstrip("=") not in masked(f"echo {encoded} | base64 -d")
    assert quote(secret) not in masked(f"https://example.org/?key={quote(secret)}&x=1")


@pytest.mark.parametrize("line_end", ["\n", " \\\n    ", '"\n  "', "\n+ "])
@pytest.mark.parametrize("kind", ["anthropic api", "openai project", "github classic", "slack bot", "pypi", "sendgrid"])
def test_a_secret_that_a_line_end_cuts_is_masked_on_both_lines(kind: str, line_end: str) -> None:
    secret = SECRET_BY_KIND[kind]()
    for at in (12, len(secret) // 2, len(secret) - 16):
        shown = masked(f"key {secret[:at]}{line_end}{secret[at:]} and more")
        assert secret[at:] not in shown
        assert secret[:at] not in shown
        assert shown.endswith(" and more")


def test_a_whole_secret_at_a_line_end_keeps_its_kind_and_leaves_the_next_line_alone() -> None:
    token = SECRET_BY_KIND["github classic"]()
    assert masked(f"{token}\nand more") == "[secret:github:1]\nand more"


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""])
def test_a_private_key_is_masked_whole_and_cut(kind: str) -> None:
    body = "\n".join(made(64) for _ in range(12))
    text = f"a\n-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----\nb"
    assert masked(text) == "a\n[secret:private_key:1]\nb"
    assert masked(text[:300]) == "a\n[secret:private_key_cut:1]"
    assert made(64) not in masked(json.dumps({"key": text}))


BENIGN = [
    "The parser returns tokens: 12345 of 200000, max_tokens=4096, total_tokens: 9",
    "token: str, secret: Optional[str] = None, password: SecretStr = Field(default=None)",
    "api_key = os.environ['API_KEY']; token = await fetch_token(); secret=get_secret(name)",
    "password: the user's password must be hashed before it is stored",
    "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567 touches src/common/text_escaping.py",
    "id 123e4567-e89b-12d3-a456-426614174000 at 2026-03-14T09:26:53.589Z",
    "see https://example.org/docs/authentication?tab=tokens#bearer-tokens for the key concepts",
    "import { useAuthToken } from '@/hooks/use-auth-token'; const key = keyOf(item);",
    "class TokenBucketRateLimiterConfigurationFactory(AbstractConfigurationFactory): ...",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= is the hash of nothing",
    "PASSWORD=${PASSWORD} TOKEN=$TOKEN SECRET=<your secret> API_KEY=your-api-key",
    "@decorator, @scope/package, user@host, v1.2.3@latest, a@b",
    "the bearer token is sent in a header; basic authentication is off; digest follows",
    "if (token === undefined) { throw new Error('missing token') }",
    "key: value, keys(), monkey=banana_split_sundae, keyboard: azerty_layout_v2",
    "/home/ and /Users are folders; ~/.claude/projects holds the transcripts",
]


@pytest.mark.parametrize("text", BENIGN)
def test_benign_text_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_the_same_secret_has_the_same_mark_by_first_appearance() -> None:
    first, second = f"ghp_{made(36)}", f"ghp_{made(36)}"
    redactor = Redactor.learn([f"x {second}", f"{first} {second}"])
    assert redactor(f"{first} and {second}") == "[secret:github:2] and [secret:github:1]"


def test_a_secret_beside_a_key_is_masked_where_it_stands_alone_too() -> None:
    redactor = Redactor.learn(["DB_PASSWORD=tulip-42-rain"])
    assert redactor("log in with tulip-42-rain") == "log in with [secret:assigned:1]"


def test_of_values_and_names_that_begin_alike_the_longest_is_masked() -> None:
    redactor = Redactor.learn(["password=tulip-42 password=tulip-42-rain /home/ann/x /home/ann-marie/x"])
    assert redactor("tulip-42-rain, tulip-42") == "[secret:assigned:2], [secret:assigned:1]"
    assert redactor("ann-marie, ann") == "[owner:2], [owner:1]"


def test_a_secret_beside_a_key_is_of_the_kind_that_its_own_shape_tells() -> None:
    token = SECRET_BY_KIND["github classic"]()
    assert masked(f"password={token}") == "password=[secret:github:1]"
    assert masked(f"password='{token}'") == "password='[secret:github:1]'"
    assert masked("password=tulip-42-rain") == "password=[secret:assigned:1]"
    assert masked("api_key='tulip-42-rain'") == "api_key='[secret:assigned:1]'"


def test_letters_alone_behind_bearer_are_a_secret_if_they_are_long_and_have_capitals_within() -> None:
    assert masked("Bearer aBcDeFgHiJkLmNoPqRsTuVwX") == "Bearer [secret:authorization:1]"
    for word in ("aBcDeFgHiJkLmNoPqRsTuVw", "TokenAuthenticator", "a" * 24, "A" * 24):
        assert masked(f"Bearer {word}") == f"Bearer {word}"


def test_a_value_that_is_short_or_a_plain_word_is_masked_beside_its_key_alone() -> None:
    redactor = Redactor.learn(["password=rain42; curl -u me:opensesame https://example.org"])
    assert redactor("password=rain42") == "password=[secret:assigned:1]"
    assert redactor("rain42 and opensesame") == "rain42 and opensesame"


def test_of_very_many_values_and_owners_the_first_two_thousand_are_masked_wherever_they_stand() -> None:
    redactor = Redactor.learn([f"password=tulip-{n}-rain /home/person{n}x/y" for n in range(2_001)])
    assert redactor("tulip-1999-rain, tulip-2000-rain") == "[secret:assigned:2000], tulip-2000-rain"
    assert redactor("person1999x, person2000x") == "[owner:2000], person2000x"


def test_home_folders_become_a_tilde_and_their_owners_a_mark() -> None:
    redactor = Redactor.learn(["/home/mirabel/work/app", "C:\\Users\\Okonkwo\\x", "-Users-zenobia-app"])
    assert redactor("/home/mirabel/x, /Users/okonkwo and /root/y") == "~/x, ~ and ~/y"
    assert redactor("C:\\Users\\Okonkwo\\x C:\\\\Users\\\\Okonkwo\\\\x") == "~\\x ~\\\\x"
    assert redactor("-home-mirabel-work-app") == "~-work-app"
    assert redactor("ask Mirabel, not mirabelle, or zenobia") == "ask [owner:1], not mirabelle, or [owner:3]"


def test_an_owner_has_at_least_three_letters_beside_the_punctuation_around_them() -> None:
    redactor = Redactor.learn(["/home/ada/x /home/li/x /home/_.eve-/x /home/1234/x"])
    assert redactor("ada, li, eve, 1234") == "[owner:1], li, [owner:2], 1234"


def test_a_route_of_a_web_site_names_no_owner() -> None:
    redactor = Redactor.learn(["GET /users/123 and /home/dashboard", "/api/users/list, https://example.org/home/page"])
    assert redactor("the dashboard of user 123 in a list on a page") == "the dashboard of user 123 in a list on a page"
    assert (
        redactor("GET /users/123 on https://example.org/home/page") == "GET /users/123 on https://example.org/home/page"
    )


def test_agent_types_and_names_that_say_nothing_are_no_owners() -> None:
    redactor = Redactor.learn(["/home/reviewer/x /home/ubuntu/x"], not_owners=["reviewer"])
    assert redactor("reviewer on ubuntu at /home/reviewer/x") == "reviewer on ubuntu at ~/x"


def test_an_owner_whose_name_is_a_word_of_the_marks_breaks_no_mark() -> None:
    token = SECRET_BY_KIND["github classic"]()
    assert masked(f"/home/secret/x /home/github/x {token}") == "~/x ~/x [secret:github:1]"


def test_a_value_longer_than_its_pattern_is_masked_to_its_end() -> None:
    assert masked(f"password={made(900)}, b") == "password=[secret:assigned:1], b"
    assert masked(f"Cookie: a={made(900)}; b={made(900)}\nx") == "Cookie: [secret:cookie:1]\nx"


def test_keep_shows_the_text_as_it_is() -> None:
    assert keep("password='tulip-42-rain'") == "password='tulip-42-rain'"


@given(st.lists(st.text(st.characters(codec=None)), max_size=4))
def test_any_text_can_be_redacted_and_masking_twice_changes_nothing(texts: list[str]) -> None:
    redactor = Redactor.learn(texts)
    for text in texts:
        once = redactor(text)
        assert redactor(once) == once


@pytest.mark.parametrize(
    "bomb",
    [
        ".a",
        "password=",
        "sk-",
        "a@",
        "://",
        "-----BEGIN ",
        "eyJ.",
        "A" * 40 + " ",
        "\\",
        "bearer+",
        "cookie:",
        "sid=my-",
        "password=my-",
        "ghp_a\n",
        "_key=1",
        "a_pass='",
        "/home/",
        "set secret ",
        "MmVk" * 9 + "=",
    ],
)
def test_time_is_linear_on_hostile_text(bomb: str) -> None:
    text = bomb * (200_000 // len(bomb))
    start = time.process_time()
    masked(text)
    assert time.process_time() - start < 5
