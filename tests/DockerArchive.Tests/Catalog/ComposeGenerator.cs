using System.Globalization;
using System.Text;

namespace DockerArchive.Tests.Catalog;

/// <summary>
/// Makes random compose projects of the keys that archives use: the same one for the same seed. What compose's builds do not
/// agree on among themselves is left out: <c>\t</c> in commands, and IPv6 addresses without brackets.
/// </summary>
internal sealed class ComposeGenerator(int seed)
{
    private static readonly string[] ServiceNames = ["vm", "master", "worker"];

    private static readonly string[] Variables = ["A", "B", "EMPTY", "NONE", "IMAGE", "COMPOSE_PROJECT_NAME"];

    private readonly Random _random = new(seed);

    /// <param name="Files">Paths below the project's directory, and texts.</param>
    /// <param name="Merged">The compose files that are read together.</param>
    /// <param name="Shell">The shell's variables.</param>
    public sealed record Project(
        IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> Merged, IReadOnlyDictionary<string, string> Shell);

    public Project Generate()
    {
        var files = new Dictionary<string, string> { [".env"] = DotEnv() };
        var merged = new List<string> { "docker-compose.yml" };
        for (var i = _random.Next(3); i > 0; i--)
            merged.Add($"docker-compose.o{i}.yml");
        for (var i = 0; i < merged.Count; i++)
            files[merged[i]] = File(isMain: i == 0);
        files["common/base.yml"] = File(isMain: true, extends: false);
        var shell = new Dictionary<string, string>();
        foreach (var name in Variables.Take(3).Where(_ => Chance(25)))
            shell[name] = Pick("shell", "", "a b");
        return new Project(files, merged, shell);
    }

    private string DotEnv()
    {
        var text = new StringBuilder(Chance(20) ? "# an environment\n\n" : "");
        if (Chance(80))
            text.Append(CultureInfo.InvariantCulture, $"COMPOSE_PROJECT_NAME=p{seed}\n");
        text.Append("IMAGE=img\nEMPTY=\n");
        for (var i = _random.Next(5); i > 0; i--)
        {
            var value = Pick(
                "plain", "with space", "'single $IMAGE'", "\"double $IMAGE\\n\\\\x\"", "$IMAGE-${B:-b}", "v # comment", "a#b", "\"two\nlines\"",
                "${NONE-${IMAGE}}", "\\$x", "\"\\$x\\0101\"", "$$IMAGE", Wrong("${B:?no b}", "b"), "it's", "a=b", "$", "{}", "\"a\" # c", Wrong("'open", "v"));
            text.Append(CultureInfo.InvariantCulture, $"{Pick("", "", "export ")}{Pick("A", "B", "C")}{Pick("=", "=", " = ", ": ")}{value}{Pick("\n", "\n", "\r\n")}");
        }

        return text.ToString();
    }

    private string File(bool isMain, bool extends = true)
    {
        var text = new StringBuilder();
        if (Chance(20))
            text.Append("version: '3'\n");
        if (isMain && Chance(10))
            text.Append("name: ${IMAGE}-N\n");
        if (Chance(15))
            text.Append("x-note: {anything: [goes]}\n");
        text.Append("services:\n");
        foreach (var name in ServiceNames.Where((_, i) => isMain || i == 0 || Chance(40)))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name}:\n");
            if (isMain || Chance(30))
                text.Append(CultureInfo.InvariantCulture, $"    image: {Pick("i", "reg.example/a/b:v1", "${IMAGE}:$A", "${IMAGE}_${VERSION:-v0.1.0}", "'${B}x'")}\n");
            foreach (var key in Keys(name, extends).Where(_ => Chance(22)))
                text.Append(CultureInfo.InvariantCulture, $"    {key}\n");
        }

        if (isMain || Chance(60))
        {
            text.Append("networks:\n");
            text.Append(CultureInfo.InvariantCulture, $"  net1: {Pick("", "{}", "{driver: bridge}", "{internal: true, labels: {a: 1, b: }}", "{name: n, external: true}",
                "{ipam: {config: [{subnet: 10.1.0.0/24}]}}", "{ipam: {driver: default}}", "{driver_opts: {mtu: 1400, x: y}}")}\n");
            text.Append(CultureInfo.InvariantCulture, $"  net2: {Pick("", "{name: '${IMAGE}'}", "{external: true}", "{attachable: yes}", "{ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}")}\n");
        }

        if (isMain || Chance(60))
            text.Append(CultureInfo.InvariantCulture, $"volumes:\n  vol1: {Pick("", "{name: v}", "{external: true}", "{driver: local, driver_opts: {type: none, o: bind, device: ./x}}", "{labels: [a, b=c]}")}\n");
        return text.ToString();
    }

    private IEnumerable<string> Keys(string service, bool extends)
    {
        yield return $"ports: {Tag()}[{Some(Port)}]";
        yield return $"devices: {Tag()}[{Some(() => Pick("/dev/kvm", "/dev/kvm:/dev/kvm", "/dev/null:/dev/x:r"))}]";
        yield return $"tty: {Bool()}";
        yield return $"stdin_open: {Bool()}";
        yield return $"privileged: {Bool()}";
        yield return Chance(50) ? $"environment: {Tag()}[{Some(() => Quoted($"{Variable()}{Pick("", "=", "=x", "=a=b", "=" + Text())}"))}]" : $"environment: {Tag()}{{{Pairs(Scalar)}}}";
        yield return $"command: {Command()}";
        yield return $"entrypoint: {Command()}";
        yield return $"hostname: {Pick("h", "${A:-host}", Wrong("1", "h1"), "'1'", "!reset null")}";
        yield return $"restart: {Pick("'no'", "no", "'always'", "unless-stopped", "on-failure", "on-failure:3")}";
        yield return $"cap_add: [{Some(() => Pick("SYS_ADMIN", "NET_ADMIN", "ALL"))}]";
        yield return $"security_opt: [{Pick("seccomp=unconfined", "apparmor=unconfined, no-new-privileges:true", Wrong("a=b, a=b", "a=b"))}]";
        yield return $"volumes: {Tag()}[{Some(Volume)}]";
        yield return $"networks: {Pick("[net1]", "[net2, default]", "{net1: }", "{net1: {aliases: [a, b]}, net2: {}}", "{net1: {ipv4_address: 10.1.0.5, priority: 3}, net2: {aliases: [c]}}", "{default: {aliases: [a, a]}}")}";
        yield return $"healthcheck: {{{Pick("test: 'nc -z localhost 22'", "test: [CMD, a, b]", "test: ['CMD-SHELL', 'x $$y']", "disable: true", "retries: 2")}{Pick("", $", interval: {Duration()}", $", timeout: {Duration()}, start_period: {Duration()}")}}}";
        var later = service == "vm" ? Pick("worker", "master") : Wrong("vm", "worker");
        if (service != "worker")
            yield return $"depends_on: {Pick("[]", $"[{later}]", $"{{{later}: {{condition: service_healthy}}}}", $"{{{later}: {{condition: service_started, required: false, restart: true}}}}", $"{{{later}: {{condition: service_completed_successfully}}}}")}";
        yield return $"build: {Pick(".", "../ctx", "{context: ./b}", "{context: b, dockerfile: D, args: {X: 1, IMAGE: }}", "{args: [X=2, NONE]}", "{target: t, labels: [a=b]}")}";
        if (extends)
            yield return $"extends: {Pick("{service: vm, file: common/base.yml}", "{service: worker, file: ./common/base.yml}", later is "master" && service is "vm" ? "master" : Wrong("{service: worker}", "{service: master, file: common/base.yml}"))}";
        if (Chance(2))
            yield return $"{Pick("imag", "portz", "x-mine")}: 1";
    }

    private string Port() => Pick(
        "22", "'4001:22'", "'4002:22'", "'127.0.0.1:4001:22'", "'8000-8002:9000-9002'", "'6000-6005:80'", "'53:53/udp'", "'[::1]:6:6'",
        "'${PORT:-7000}:70'", "'98-101:98-101'", "{target: 80}", "{target: 81, published: '8081'}", "{target: '82', published: 8082, protocol: udp, host_ip: 127.0.0.1}",
        Wrong("'1:2:3:4'", "1"), Wrong("'70000:1'", "'7000:1'"));

    private string Volume() => Pick(
        "./a:/a", "./a:/a/", "'../b:/b:ro'", "'~/h:/h'", "/abs:/abs:rw", "'vol1:/v'", "'vol1:/v:nocopy,ro'", "/anon", "/anon/../x", Wrong("'vol2:/w'", "'vol1:/w'"), "'${A:-./d}:/d'",
        "{type: bind, source: ./e, target: /e}", "{type: bind, source: e, target: /a, bind: {create_host_path: true}}",
        "{type: volume, source: vol1, target: /v}", "{type: tmpfs, target: /t}", "{type: tmpfs, target: /t, tmpfs: {size: 1048576}}");

    private string Command() => Pick(
        "/start.sh -enable-kvm", "[/start.sh, -cpu, host]", "''", "[]", "", "a 'b c' \"d e\" f\\ g", "sh -c 'x && y'", "a && b", "'a \"$A\" $$B'",
        "'${A:-x y} z'", "a ''", "[\"\", a]", "a | b", "\"a $(b c)\"", Wrong("a 'b", "a b"));

    private string Scalar() => Pick(
        "1", "1.50", "0x1F", "017", "1e3", "1e21", "1e-7", "true", "False", "yes", "", "~", "null", "'1'", "text", "'$A'", "${B:-x}", "$$x", "22:22", "1_000",
        "-0", "+5", "0.1", ".5", "1.", "2020-01-02", "'a: b'", "123456789.125", "0b11", "0o17", "09");

    private string Text() => Pick("$A", "${B}", "${EMPTY:-e}", "${NONE:-n ${A}}", "$$", "${A:+p}", Wrong("${NONE:?gone}", "${A:?gone}"), Wrong("${A", "$A"), "$1", "${NONE:-{}}", "${EMPTY-}");

    private string Duration() => Pick("5s", "90s", "1m30s", "100ms", "1.5h", "0s", "1h", "2500us");

    private string Bool() => Pick("true", "false", "yes", "'true'", "off", "${TTY:-true}", "True");

    /// <summary>What compose refuses, seldom enough that most projects are not.</summary>
    private string Wrong(string wrong, string right) => Chance(10) ? wrong : right;

    private string Tag() => Chance(5) ? Pick("!reset ", "!override ") : "";

    private string Variable() => Pick("A", "B", "C", "NONE", "D_1");

    private string Pairs(Func<string> value) => string.Join(
        ", ", Enumerable.Range(0, _random.Next(4)).Select(_ => Variable()).Distinct().Select(k => $"{k}: {value()}"));

    private string Some(Func<string> item) => string.Join(", ", Enumerable.Range(0, _random.Next(4)).Select(_ => item()));

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
