using System.Text;

namespace MetaMcp.Init.Testing;

/// <summary>A configuration that must be refused, and a name for its fault.</summary>
public sealed record BadFile(string Name, byte[] Content)
{
    public override string ToString() => Name;
}

/// <summary>
/// Invalid configurations, always the same ones: a valid file broken in every line and in many ways, impossible graphs, and bytes that
/// never were a configuration. It needs nothing of the program, so that tests of every level can use it.
/// </summary>
public static class BadFiles
{
    private const int Seed = 20250610;

    /// <summary>Values that no key accepts.</summary>
    private static readonly string[] ImpossibleValues = ["1979-05-27", "nan", "[[1]]", "{ nonsense = 1 }"];

    /// <param name="command">The command of every service, as a TOML array; it should leave a trace if it is started.</param>
    public static string Valid(string command = "[\"/bin/true\"]") =>
        $$"""
        [init]
        log_format = "text"
        log_level = "info"
        runtime_dir = "/run/mcp-init"
        orphans = "terminate"
        orphan_grace = "10s"
        exit_when = "required-fails"

        [limits]
        memory = "4GiB"
        max_instances = 15
        max_per_type = 3
        tasks = 512
        memory_warning = 75
        memory_critical = 90
        disk_warning = 85
        enforce = "off"

        [startup]
        timeout = "60s"
        retries = 2

        [health]
        interval = "30s"
        timeout = "10s"
        unhealthy_after = "3m"

        [shutdown]
        timeout = "30s"
        term_timeout = "10s"
        max_concurrent = 5

        [restart]
        policy = "on-failure"
        backoff = { initial = "1s", factor = 2.0, max = "30s", jitter = 0.1, reset_after = "1m" }
        breaker = { failures = 5, window = "5m", open_for = "1m" }

        [alerts]
        enabled = true
        window = "10m"

        [service.first]
        type = "oneshot"
        command = {{command}}

        [service.second]
        command = {{command}}
        depends_on = ["first"]
        required = true
        restart = "always"
        working_dir = "/"
        environment = { PORT = "12009" }
        umask = "0022"
        nice = 5
        oom_score_adjust = 100
        rlimits = { nofile = 1024, core = 0 }
        no_new_privileges = true
        memory_max = "1GiB"
        tasks_max = 256
        cpu_max = 1.5
        stop_signal = "SIGTERM"
        stop_timeout = "15s"
        success_exit_codes = [3, 4]
        log = "prefix"
        log_rate_limit = "1000/s"

        [service.third]
        command = {{command}}
        depends_on = ["second"]
        after = ["first"]
        probe = { tcp = "127.0.0.1:12009", interval = "15s" }
        ready = "probe"

        [server.desktop-commander]
        command = ["npx", "-y", "@wonderwhy-er/desktop-commander"]
        on_limit = "refuse"
        idle_timeout = "10m"
        shim = "guard"
        match = ["@wonderwhy-er/desktop-commander"]
        unwrap = true
        allow = ["second", "third"]
        max_instances = 3

        [launch]
        intercept = ["npx", "uvx"]
        unknown = "allow"
        max_starting = 4

        """;

    public static IEnumerable<BadFile> All(string command = "[\"/bin/true\"]")
    {
        var valid = Valid(command);
        var lines = valid.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            foreach (var (name, spoilt) in Spoil(lines[i], i))
                yield return Text($"line {i + 1}: {name}", string.Join('\n', [.. lines[..i], spoilt, .. lines[(i + 1)..]]));
        foreach (var file in Graphs(valid, command).Concat(Contradictions(valid, command)).Concat(Hostile(valid)))
            yield return file;
    }

    private static IEnumerable<(string Name, string Line)> Spoil(string line, int number)
    {
        if (line.StartsWith('['))
        {
            yield return ("table misspelt", line.Insert(2, "zq"));
            yield return ("table not closed", line.TrimEnd(']'));
            yield return ("table closed twice", line + "]");
            yield return ("table is a list", $"[{line}]");
            yield return ("table given twice", $"{line}\n{line}");
            yield return ("junk after the table", line + " junk");
            yield return ("table without a name", "[]");
            yield return ("table name ends with a dot", line.Insert(line.Length - 1, "."));
            yield break;
        }
        var equals = line.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            yield break;
        var (key, value) = (line[..equals].Trim(), line[(equals + 1)..].Trim());
        yield return ("key misspelt", $"{key}zq = {value}");
        yield return ("key in capitals", $"{key.ToUpperInvariant()} = {value}");
        yield return ("key in two words", $"{key} {key} = {value}");
        yield return ("key given twice", $"{line}\n{line}");
        yield return ("no key", $"= {value}");
        yield return ("no value", $"{key} =");
        yield return ("no equals sign", $"{key} {value}");
        yield return ("colon for equals sign", $"{key}: {value}");
        yield return ("junk after the value", $"{line} junk");
        yield return ("two on one line", $"{line}; {line}");
        yield return ("NUL byte", line.Insert(equals, "\0"));
        yield return ("control character", line.Insert(equals + 1, "\u0001"));
        yield return ("bare word", $"{key} = nothing");
        yield return ("never closed", $"{key} = [[\"");
        foreach (var impossible in ImpossibleValues)
            yield return ($"value {impossible}", $"{key} = {impossible}");
        if (value[0] is '"' or '[' or '{')
            yield return ("last character lost", $"{key} = {value[..^1]}");
        if (value[0] == '"')
        {
            yield return ("string empty", $"{key} = \"\"");
            yield return ("string with a NUL", $"{key} = \"\\u0000\"");
            yield return ("string for another key", $"{key} = \"?{number}\"");
        }
        if (value[0] == '"' || char.IsAsciiDigit(value[0]))
            yield return ("out of range", $"{key} = -1000000000");
    }

    private static IEnumerable<BadFile> Graphs(string valid, string command)
    {
        yield return Text("unknown dependency",
            valid.Replace("depends_on = [\"first\"]", "depends_on = [\"frist\"]", StringComparison.Ordinal));
        yield return Text("unknown after", valid.Replace("after = [\"first\"]", "after = [\"nobody\"]", StringComparison.Ordinal));
        yield return Text("depends on itself",
            valid.Replace("depends_on = [\"first\"]", "depends_on = [\"second\"]", StringComparison.Ordinal));
        yield return Text("dependency twice",
            valid.Replace("depends_on = [\"first\"]", "depends_on = [\"first\", \"first\"]", StringComparison.Ordinal));
        yield return Text("signal to nobody", valid + "\n[signals]\nSIGUSR2 = \"nobody\"\n");
        foreach (var length in (int[])[2, 3, 5, 10, 100, 1000])
        {
            var services = Enumerable.Range(0, length).Select(i =>
                $"[service.c{i}]\ncommand = {command}\n{(i % 2 == 0 ? "depends_on" : "after")} = [\"c{(i + 1) % length}\"]\n");
            yield return Text($"circle of {length}", valid + string.Concat(services));
        }
    }

    private static IEnumerable<BadFile> Contradictions(string valid, string command)
    {
        (string Name, string Keys)[] services =
        [
            ("no command", "required = true"),
            ("command is a string", "command = \"node dist/index.js\""),
            ("command is empty", "command = []"),
            ("command without a program", "command = [\"\"]"),
            ("command of numbers", "command = [1, 2]"),
            ("ready by a probe it has not", $"command = {command}\nready = \"probe\""),
            ("oneshot with a probe", $"command = {command}\ntype = \"oneshot\"\nprobe = {{ tcp = \"127.0.0.1:1\" }}"),
            ("oneshot that notifies", $"command = {command}\ntype = \"oneshot\"\nready = \"notify-fd\""),
            ("oneshot for ever", $"command = {command}\ntype = \"oneshot\"\nrestart = \"always\""),
            ("notify_fd is stderr", $"command = {command}\nready = \"notify-fd\"\nnotify_fd = 2"),
            ("probe without a target", $"command = {command}\nprobe = {{ interval = \"1s\" }}"),
            ("probe of two kinds", $"command = {command}\nprobe = {{ tcp = \"127.0.0.1:1\", unix = \"/run/x\" }}"),
            ("probe over TLS", $"command = {command}\nprobe = {{ http = \"https://127.0.0.1/\" }}"),
            ("port out of range", $"command = {command}\nprobe = {{ tcp = \"127.0.0.1:65536\" }}"),
            ("soft limit above hard", $"command = {command}\nrlimits = {{ nofile = \"2:1\" }}"),
            ("unknown limit", $"command = {command}\nrlimits = {{ files = 1 }}"),
            ("unknown capability", $"command = {command}\ncapabilities = [\"cap_everything\"]"),
            ("mask with an eight", $"command = {command}\numask = \"0028\""),
            ("user with a space", $"command = {command}\nuser = \"no de\""),
            ("user -1", $"command = {command}\nuser = 4294967295"),
            ("variable with an equals sign", $"command = {command}\nenvironment = {{ \"A=B\" = \"c\" }}"),
            ("variable that is a number", $"command = {command}\nenvironment = {{ PORT = 8080 }}"),
            ("back-off above its maximum", $"command = {command}\nrestart = {{ backoff = {{ initial = \"2m\", max = \"1m\" }} }}"),
            ("duration without a unit", $"command = {command}\nstop_timeout = 15"),
            ("duration in words", $"command = {command}\nstop_timeout = \"15 seconds\""),
            ("duration without end", $"command = {command}\nstop_timeout = \"99999999999999999999h\""),
            ("size without end", $"command = {command}\nmemory_max = \"99999999999999999999TiB\""),
            ("restarts with a stranger", $"command = {command}\nrestart_with = [\"first\"]"),
            ("number beyond 64 bits", $"command = {command}\nnice = 99999999999999999999"),
            ("number that wraps round", $"command = {command}\nnice = 18446744073709551615"),
        ];
        foreach (var (name, keys) in services)
            yield return Text(name, $"{valid}\n[service.fourth]\n{keys}\n");
        string[] servers =
        [
            "shim = \"exec\"\nidle_timeout = \"1m\"", "match = [\"./p\"]", "match = [\"@wonderwhy-er/desktop-commander\"]",
            "allow = [\"frist\"]",
        ];
        foreach (var keys in servers)
            yield return Text($"server with {keys}", $"{valid}\n[server.fourth]\n{keys}\n");
        foreach (var name in (string[])["mcp-init", "with space", "with/slash", "-x", "..", new('x', 65), "", "é"])
            yield return Text($"service called \"{name}\"", $"{valid}\n[service.\"{name}\"]\ncommand = {command}\n");
        yield return Text("warning above critical", valid.Replace("memory_warning = 75", "memory_warning = 95", StringComparison.Ordinal));
    }

    private static IEnumerable<BadFile> Hostile(string valid)
    {
        var random = new Random(Seed);
        yield return Text("empty", "");
        yield return Text("only a comment", "# nothing\n");
        yield return Text("only tables", "[init]\n[limits]\n");
        yield return Text("UTF-8 mark and an error", "\ufeffx");
        yield return new("UTF-16", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(valid)]);
        yield return Text("carriage returns alone", valid.Replace('\n', '\r'));
        yield return Text("arrays in arrays", valid + "x = " + new string('[', 100_000));
        yield return Text("arrays in arrays, closed", valid + "x = " + new string('[', 100_000) + new string(']', 100_000));
        yield return Text("tables in tables", valid + "x = " + string.Concat(Enumerable.Repeat("{a=", 50_000)));
        yield return Text("dots and dots", valid + string.Join('.', Enumerable.Repeat("a", 50_000)) + " = 1");
        yield return Text("a header of dots", valid + "[" + string.Join('.', Enumerable.Repeat("a", 50_000)) + "]");
        yield return Text("brackets", new string('[', 200_000));
        yield return Text("closing brackets", new string(']', 200_000));
        yield return Text("quotes", new string('"', 199_999));
        yield return Text("apostrophes", new string('\'', 199_999));
        yield return Text("commas", "x = [" + new string(',', 200_000));
        yield return Text("a long key", new string('k', 200_000) + " = 1");
        yield return Text("a long string never closed", "x = \"" + new string('s', 200_000));
        yield return Text("a long line of nothing", new string(' ', 200_000) + "x");
        yield return Text("many unknown keys", string.Concat(Enumerable.Range(0, 10_000).Select(i => $"key{i} = {i}\n")));
        yield return Text("many strings never closed", string.Concat(Enumerable.Range(0, 10_000).Select(i => $"k{i} = \"\n")));
        yield return Text("ten million of garbage", new string('@', 10_000_000));
        foreach (var size in (int[])[1, 10, 100, 1000, 10_000, 100_000, 10_000_000])
        {
            var bytes = new byte[size];
            random.NextBytes(bytes);
            bytes[0] = (byte)'=';
            yield return new($"{size} random bytes", bytes);
            yield return new($"{size} random printable bytes",
                [(byte)'=', .. bytes.Skip(1).Select(b => (byte)(b % 96 is 95 ? '\n' : 32 + (b % 95)))]);
        }
        for (var i = 0; i < 30; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(valid);
            bytes[random.Next(bytes.Length)] = (byte)(i % 2 == 0 ? 0xff : 0);
            yield return new($"one byte broken, {i}", bytes);
        }
    }

    private static BadFile Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}
