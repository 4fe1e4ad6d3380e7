namespace DockerArchive.Tests.Catalog;

/// <summary>Projects in the forms that public archives have, one for each form.</summary>
internal static class ArchiveForms
{
    /// <param name="Directory">The project's directory, below which <paramref name="Readings"/> are named.</param>
    /// <param name="Files">Paths and texts.</param>
    /// <param name="Readings">Compose files that are read together.</param>
    public sealed record Form(string Directory, IReadOnlyDictionary<string, string> Files, params string[][] Readings);

    public static IReadOnlyDictionary<string, string> Shell { get; } =
        new Dictionary<string, string> { ["FROM_SHELL"] = "shell's own", ["SIZE"] = "20G" };

    private const string Main = "docker-compose.yml";
    private const string Kvm = "docker-compose.kvm.yml";

    private static readonly Dictionary<string, Form> Forms = new()
    {
        ["machine with kvm overlay"] = new("v0.4.0", new Dictionary<string, string>
        {
            ["v0.4.0/.env"] = "VERSION=v0.1.0\nIMAGE=buildkit-v0.4.0\nCOMPOSE_PROJECT_NAME=buildkit-0-4-0\n",
            [$"v0.4.0/{Main}"] =
                """
                version: '3'
                services:
                  vm:
                    image: ssst0n3/docker_archive:${IMAGE}_${VERSION}
                    ports:
                      - "4001:22"
                    tty: true
                    stdin_open: true
                """,
            [$"v0.4.0/{Kvm}"] = "services:\n  vm:\n    devices:\n      - \"/dev/kvm:/dev/kvm\"\n    command: /start.sh -cpu host\n",
            ["v0.4.0/docker-compose.ghcr-mirror.yml"] = "services:\n  vm:\n    image: mirror.example/${IMAGE}:${VERSION:-latest}\n",
        }, [Main], [Main, Kvm], [Main, "docker-compose.ghcr-mirror.yml"], [Main, "docker-compose.ghcr-mirror.yml", Kvm]),
        ["overlay that extends the main file"] = new("v1", new Dictionary<string, string>
        {
            ["v1/.env"] = "VERSION=v0.1.0\nIMAGE=docker-v1\nCOMPOSE_PROJECT_NAME=docker-v1\n",
            [$"v1/{Main}"] = "services:\n  vm:\n    image: ghcr.io/ctrsploit/${IMAGE}:${VERSION}\n    ports: [\"1001:22\", \"13222:6443\"]\n    tty: true\n",
            [$"v1/{Kvm}"] =
                """
                services:
                  vm:
                    extends:
                      file: docker-compose.yml
                      service: vm
                    devices: ["/dev/kvm:/dev/kvm"]
                """,
        }, [Main], [Kvm]),
        ["two-node cluster"] = new("kubernetes/v1.32.2/cluster", new Dictionary<string, string>
        {
            ["kubernetes/v1.32.2/cluster/.env"] = "VERSION=v0.1.0\nIMAGE=k8s-1-32-2\nCOMPOSE_PROJECT_NAME=k8s-1-32-2\n",
            [$"kubernetes/v1.32.2/cluster/{Main}"] =
                """
                services:
                  worker:
                    extends: {service: node, file: ../../node.yml}
                    image: ghcr.io/ctrsploit/${IMAGE}-worker:${VERSION}
                    ports: ["13323:22"]
                    environment:
                      QEMU_SOCKET_CONNECT: master:1234
                      QEMU_MAC_ADDR_1: 52:54:00:12:34:57
                    depends_on:
                      master:
                        condition: service_healthy
                  master:
                    extends: {service: node, file: ../../node.yml}
                    image: ghcr.io/ctrsploit/${IMAGE}-master:${VERSION}
                    ports: ["13322:22", "13222:6443"]
                    environment:
                      QEMU_SOCKET_LISTEN: 1234
                      QEMU_HOSTFWD: hostfwd=tcp::6443-:6443
                      QEMU_DUAL_NET: true
                    healthcheck:
                      test: ["CMD-SHELL", "nc -z localhost 1234 || exit 1"]
                      interval: 5s
                      timeout: 3s
                      retries: 60
                      start_period: 1m30s
                """,
            [$"kubernetes/v1.32.2/cluster/{Kvm}"] = "services:\n  master: {devices: ['/dev/kvm:/dev/kvm']}\n  worker: {devices: ['/dev/kvm:/dev/kvm']}\n",
            ["kubernetes/node.yml"] = "services:\n  node:\n    tty: true\n    volumes: [./shared:/shared:ro]\n    environment:\n      QEMU_NET: 10.0.2.0/24\n",
        }, [Main], [Main, Kvm]),
        ["every form of a variable"] = new("vars", new Dictionary<string, string>
        {
            ["vars/.env"] =
                """
                # comment
                VERSION=v0.1.0
                export IMAGE = vars # not part of it
                EMPTY=
                QUOTED="a # b\tc\$d ${VERSION}"
                SINGLE='${VERSION} \n'
                NESTED=${IMAGE}-${VERSION:-x}-${NONE:-none}
                SIZE=10G
                LINES="one
                two"
                YAML: style
                FROM_SHELL

                """,
            [$"vars/{Main}"] =
                """
                services:
                  vm:
                    image: ${IMAGE}:${VERSION}
                    hostname: ${COMPOSE_PROJECT_NAME}
                    command: ["$$HOME", "${EMPTY:-default}", "${EMPTY-default}", "${NONE:-${VERSION}}", "${VERSION:+set}", "${NONE+set}",
                      "${VERSION:?must be set}", "$VERSION.", "costs $5", "${NONE:-a} and ${NONE:-b}", "$QUOTED", "${SINGLE}", "$NESTED", "$SIZE"]
                    environment: [VERSION, UNKNOWN, FROM_SHELL, "LINES=${LINES}", "YAML=$YAML", EMPTY=, "X=a=b"]
                """,
        }, [Main]),
        ["environment in both forms"] = new("env", new Dictionary<string, string>
        {
            [$"env/{Main}"] =
                """
                services:
                  vm:
                    image: i
                    environment:
                      INTEGER: 0x10
                      OCTAL: 0777
                      FLOAT: 1.50
                      SMALL: 1e-7
                      LARGE: 12345678901234567890123
                      BOOL: True
                      YES: yes
                      NULL:
                      TILDE: ~
                      DATE: 2020-01-31
                      TIME: 22:22
                      TEXT: "1.50"
                      FOLDED: >-
                        one
                        two
                """,
            ["env/more.yml"] = "services:\n  vm:\n    environment:\n      - INTEGER=1\n      - FLOAT\n      - NEW=$$x\n",
        }, [Main], [Main, "more.yml"]),
        ["ports"] = new("ports", new Dictionary<string, string>
        {
            [$"ports/{Main}"] =
                """
                services:
                  vm:
                    image: i
                    ports:
                      - 22
                      - "4001:22"
                      - "127.0.0.1:4002:22"
                      - "127.0.0.1::23"
                      - "[::1]:53:53/udp"
                      - "8000-8002:9000-9002"
                      - "5000-5010:80"
                      - "98-100"
                      - {target: 443, published: "8443", protocol: tcp, mode: host}
                      - {target: 444, published: 8444, host_ip: 127.0.0.1, protocol: udp}
                """,
            ["ports/more.yml"] = "services:\n  vm:\n    ports: [\"4001:22\", \"0.0.0.0:4001:22\", \"8001:9001\", \"1:1\"]\n",
        }, [Main], [Main, "more.yml"]),
        ["volumes"] = new("volumes", new Dictionary<string, string>
        {
            [$"volumes/{Main}"] =
                """
                services:
                  vm:
                    image: i
                    volumes:
                      - ./a:/a/
                      - ../b/./c:/b/../d:ro,z
                      - /abs:/abs:rshared
                      - data:/data:nocopy
                      - /anonymous
                      - {type: bind, source: ./e, target: /e, read_only: true, bind: {propagation: rprivate}}
                      - {type: volume, source: data, target: /f, volume: {nocopy: true}}
                      - {type: tmpfs, target: /g, tmpfs: {size: 64m, mode: 0755}}
                volumes:
                  data: {driver_opts: {size: 1}, labels: [a=b]}
                  unused:
                """,
            ["volumes/more.yml"] = "services:\n  vm:\n    volumes: [./z:/a, other:/data]\nvolumes:\n  other: {external: true}\n",
        }, [Main], [Main, "more.yml"]),
        ["networks"] = new("networks", new Dictionary<string, string>
        {
            [$"networks/{Main}"] =
                """
                services:
                  a:
                    image: i
                    networks:
                      front: {aliases: [x, y, x], ipv4_address: 10.5.0.5}
                      back:
                  b: {image: i, networks: [back, default]}
                networks:
                  front: {ipam: {config: [{subnet: 10.5.0.0/24, gateway: 10.5.0.1}]}, labels: {a: 1}, internal: true}
                  back: {name: outside, external: true}
                  unused: {}
                """,
            ["networks/more.yml"] = "services:\n  a:\n    networks: [default]\nnetworks:\n  front: {attachable: true, driver: bridge, driver_opts: {mtu: 1400}}\n",
        }, [Main], [Main, "more.yml"]),
        ["reset and override"] = new("reset", new Dictionary<string, string>
        {
            [$"reset/{Main}"] = "services:\n  vm:\n    image: i\n    ports: ['1:1', '2:2']\n    devices: [/dev/kvm]\n    environment: {A: 1, B: 2}\n    command: a\n",
            ["reset/more.yml"] = "services:\n  vm:\n    ports: !override ['3:3']\n    devices: !reset []\n    environment: {A: !reset null, C: 3}\n    command:\n",
        }, [Main], [Main, "more.yml"]),
        ["anchors"] = new("anchors", new Dictionary<string, string>
        {
            [$"anchors/{Main}"] =
                """
                x-node: &node
                  image: i
                  tty: true
                  environment: &env {A: 1}
                services:
                  a: {<<: *node, tty: false, environment: {<<: *env, B: 2}}
                  b: {<<: [*node, {hostname: b}]}
                """,
        }, [Main]),
        ["build, and what is refused by both"] = new("build", new Dictionary<string, string>
        {
            [$"build/{Main}"] = "services:\n  a: {build: .}\n  b: {image: b, build: {context: ../ctx, dockerfile: D, args: [X=1, NONE], target: t}}\n",
            ["build/more.yml"] = "services:\n  a: {build: {args: {Y: 1.0}}}\n  b: {build: ./other}\n",
            ["build/unknown.yml"] = "services:\n  a: {imagee: x}\n",
            ["build/twice.yml"] = "services:\n  a: {devices: [/dev/kvm, /dev/kvm]}\n",
            ["build/number.yml"] = "services:\n  a: {hostname: 1}\n",
        }, [Main], [Main, "more.yml"], [Main, "unknown.yml"], [Main, "twice.yml"], [Main, "number.yml"]),
    };

    public static TheoryData<string> Names => [.. Forms.Keys];

    public static Form Get(string name) => Forms[name];
}
