"""check-containers.py: checks that Dockerfile, .dockerignore and compose.yaml refer only to things that exist.

No container engine is available where this project is built, so this script reads the files instead. It looks up the
variables, products, folders, ports and routes where they are declared. Prints each error. Runs in the repository's
folder.
"""

import pathlib
import re
import shlex
import sys
from urllib.parse import urlsplit

from ruamel.yaml import YAML

SOURCES = [path.read_text() for path in pathlib.Path("Sources").rglob("*.swift")]

# Environment variables of libpq that PostgresConfiguration reads, and those that ProjectDirectory reads.
OURS = set(re.findall(r'"(PG[A-Z]+)": "', "".join(SOURCES)))
OURS |= set(re.findall(r'environment\["(SEED_[A-Z_]+)"\]', "".join(SOURCES)))
for text in SOURCES:
    for names in re.findall(r'variables: \[?((?:"[A-Z_]+"(?:, )?)+)', text):
        OURS |= set(re.findall(r"[A-Z_]+", names))

# The documented variables, programs and ports of third-party images.
OTHERS = {
    "pgvector/pgvector": (
        {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "PGDATA"},
        {"postgres", "pg_isready"}, 5432),
    "redis": (set(), {"redis-server", "redis-cli"}, 6379),
}
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
UNITS = {"kb": 2**10, "mb": 2**20, "gb": 2**30}


def products():
    return set(re.findall(r'\.executable\(name: "([^"]+)"', pathlib.Path("Package.swift").read_text()))


def subcommands():
    files = [*pathlib.Path("Sources/Seeding/SeedCLI/Parsing").glob("SeedRunnerCommand*.swift"),
             *pathlib.Path("Sources/Traces/TraceCommands").glob("*.swift")]
    return set(re.findall(r'CommandSpec\(\s*name: "([a-z]+)"', "".join(path.read_text() for path in files)))


def size(text):
    number, unit = re.fullmatch(r"(\d+)([a-z]+)", text.lower()).groups()
    return int(number) * UNITS[unit]


class Dockerfile:
    """The instructions of a Dockerfile, by stage."""

    def __init__(self, path):
        text = re.sub(r"^\s*#.*\n", "", pathlib.Path(path).read_text(), flags=re.M)
        lines = re.sub(r"\\\n", " ", text).splitlines()
        self.stages, self.names = [], {}
        for line in filter(None, map(str.strip, lines)):
            word, rest = line.split(None, 1)
            if word == "FROM":
                self.stages.append([])
                name = re.search(r"\sAS\s+(\S+)$", rest)
                if name:
                    self.names[name[1]] = self.stages[-1]
            if self.stages:
                self.stages[-1].append((word, rest))

    def all(self, word, stage=None):
        return [rest for found, rest in (stage or sum(self.stages, [])) if found == word]

    def last(self, word):
        found = self.all(word, self.stages[-1])
        return found[-1] if found else ""

    @property
    def environment(self):
        pairs = (word.split("=", 1) for rest in self.all("ENV", self.stages[-1]) for word in shlex.split(rest))
        return dict(pairs)


def installed(stage, dockerfile):
    text = " ".join(dockerfile.all("RUN", stage))
    found = re.search(r"apt-get install ([^&]*)", text)
    return {word for word in (found[1].split() if found else []) if not word.startswith("-")}


def dockerfile_faults(docker):
    ignore = pathlib.Path(".dockerignore").read_text().split()
    build = docker.names["build"]
    built = set(re.findall(r"--product (\S+)", " ".join(docker.all("RUN", build))))
    for product in built - products():
        yield f"builds {product}, which is not a product in Package.swift"
    for stage in docker.stages:
        for rest in docker.all("COPY", stage):
            words = rest.split()
            flags = [word for word in words if word.startswith("--")]
            sources = words[len(flags):-1]
            for source in sources:
                if not flags:
                    if not pathlib.Path(source).exists():
                        yield f"copies {source}, which does not exist"
                    if f"!{source}" not in ignore:
                        yield f"copies {source}, which .dockerignore excludes"
    # The final stage is what Packaging/root has written, with the libraries of the programs.
    root = re.search(r"Packaging/root (\S+)((?: \S+)+)", " ".join(docker.all("RUN", build)))
    packed = {pathlib.Path(path).name for path in root[2].split()} if root else set()
    if not root or f"--from=build {root[1]} /" not in docker.all("COPY", docker.stages[-1]):
        yield "does not copy the folder of Packaging/root to the final stage"
    for program in packed ^ built:
        yield f"builds {program}, but Packaging/root does not get it, or the other way round"
    copied = {word for rest in docker.all("COPY") for word in rest.split()}
    for line in ignore:
        if line.startswith("!") and line[1:] not in copied:
            yield f".dockerignore includes {line[1:]}, which is not copied"
    # Otherwise a target's folder that is not copied would only be noticed when the image is built.
    for path in set(re.findall(r'path: "([A-Za-z]+)/', pathlib.Path("Package.swift").read_text())):
        if path not in copied:
            yield f"does not copy {path}, which contains targets of Package.swift"
    common = pathlib.Path("Scripts/lib/common.sh").read_text().split("A server without pgvector")[0]
    headers = {name for name in re.findall(r"^\s+(z?lib[\w-]+-dev)\s", common, re.M) if not name.startswith(("libc6", "libgcc"))}
    for package in headers ^ {name for name in installed(build, docker) if name.endswith("-dev")}:
        yield f"the build packages differ from Scripts/lib/common.sh: {package}"
    for name, value in docker.environment.items():
        if name not in OURS:
            yield f"sets {name}, which is not a variable of a setting"
        if SECRET.search(name):
            yield f"contains a secret: {name}"
    if docker.last("USER") in ("", "0", "root"):
        yield "runs as root"
    for word in ("CMD", "HEALTHCHECK"):
        command = re.findall(r'"([^"]+)"', docker.last(word))
        if not command or command[0] not in built:
            yield f"{word}: runs {command[:1]}, which is not built"
    for option in re.findall(r'"--([^"]+)"', docker.last("HEALTHCHECK")):
        if not any(f'"{option}",' in text for text in SOURCES):
            yield f"its health check has the option --{option}, which does not exist"
    if docker.last("EXPOSE") != docker.environment.get("PORT"):
        yield f"exposes {docker.last('EXPOSE')}, but PORT is {docker.environment.get('PORT')}"


def service_faults(name, service, services, docker):
    mine = "build" in service
    image = service.get("image", "").rsplit(":", 1)[0]
    if not mine and image not in OTHERS:
        yield f"unknown image {image}: add it to this check"
        return
    variables, programs, _ = (OURS, products(), 0) if mine else OTHERS[image]
    environment = {**docker.environment, **service.get("environment", {})} if mine else service.get("environment", {})
    for variable, value in environment.items():
        if variable not in variables:
            yield f"sets {variable}, which is not a variable of its program"
        if SECRET.search(variable) and value is not None and not str(value).startswith("${"):
            yield f"contains a secret: {variable}"
    for used in re.findall(r"\$\{(\w+)", str(dict(service))):
        if used not in OURS | {"POSTGRES_PASSWORD"}:
            yield f"uses {used}, which is not a variable of a setting"
    for command in [service.get("command", []), service.get("healthcheck", {}).get("test", ["CMD"])[1:]]:
        if command and command[0] not in programs:
            yield f"runs {command[0]}, which is not in its image"
    for other in service.get("depends_on", []):
        if other not in services:
            yield f"depends on {other}, which is not a service"
    for published in service.get("ports", []):
        if published.rsplit(":", 1)[-1] != environment.get("PORT"):
            yield f"publishes {published}, but PORT is {environment.get('PORT')}"
    if mine and not pathlib.Path(service["build"], "Dockerfile").is_file():
        yield f"is built in {service['build']}, which has no Dockerfile"
    command = service.get("command", [])
    if mine and command[:1] == ["seed-runner"] and command[1:2] and command[1] not in subcommands():
        yield f"runs seed-runner {command[1]}, which is not a command"
    if mine and command[:1] != ["trace-server"] and not service.get("healthcheck", {}).get("disable"):
        yield "inherits the image's health check, which is for trace-server"
    for variable, other in [("DATABASE_URL", "pgvector/pgvector"), ("REDIS_URL", "redis")]:
        if mine and variable in environment:
            yield from address_faults(variable, environment, services, other)


def address_faults(variable, environment, services, image):
    url = urlsplit(environment[variable])
    target = services.get(url.hostname, {})
    if target.get("image", "").rsplit(":", 1)[0] != image:
        yield f"{variable} refers to {url.hostname}, which is not a service with the image {image}"
    if url.port not in (None, OTHERS[image][2]):
        yield f"{variable} has the port {url.port}, but the image listens on {OTHERS[image][2]}"
    if url.password:
        yield f"{variable} contains a password"
    if variable == "DATABASE_URL":
        server = target.get("environment", {})
        if (url.username, url.path[1:]) != (server.get("POSTGRES_USER"), server.get("POSTGRES_DB")):
            yield f"{variable} has a different user or database than {url.hostname} creates"
        if environment.get("PGPASSWORD") != server.get("POSTGRES_PASSWORD"):
            yield f"PGPASSWORD is not the password of {url.hostname}"


def embedding_faults(services):
    """All services must use the same embedding model, and one of them must compute embeddings."""
    mine = {name: service for name, service in services.items() if "build" in service}

    def settings(service):
        names = ("PROVIDER", "BASE_URL", "MODEL", "DIMENSIONS", "API_KEY")
        return [service.get("environment", {}).get(f"EMBEDDING_{name}") for name in names]

    if any(settings(service) != settings(other) for service in mine.values() for other in mine.values()):
        yield f"{' and '.join(mine)} do not use the same embedding model"
    works = [name for name, service in mine.items() if service.get("command", [])[:2] == ["seed-runner", "worker"]]
    for name, service in mine.items():
        if service.get("environment", {}).get("EMBEDDING_WORKER") == "false" and not works:
            yield f"{name}: leaves embeddings to a worker, but no service runs one"


def compose_faults(compose, docker):
    services = compose["services"]
    yield from embedding_faults(services)
    for name, service in services.items():
        for fault in service_faults(name, service, services, docker):
            yield f"{name}: {fault}"
        for volume in service.get("volumes", []):
            if volume.split(":")[0] not in compose.get("volumes", {}):
                yield f"{name}: the volume {volume} is not declared"
        if service.get("image", "").startswith("pgvector/"):
            settings = dict(word.split("=", 1) for word in service["command"] if "=" in word)
            needed = max(size(settings["effective_cache_size"]) // 8, size(settings["maintenance_work_mem"]))
            if size(service["shm_size"]) < 2 * needed:
                yield f"{name}: shm_size is less than twice the memory of an index build"


def main():
    docker = Dockerfile("Dockerfile")
    compose = YAML(typ="safe").load(pathlib.Path("compose.yaml"))
    found = [f"Dockerfile: {fault}" for fault in dockerfile_faults(docker)]
    found += [f"compose.yaml: {fault}" for fault in compose_faults(compose, docker)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
