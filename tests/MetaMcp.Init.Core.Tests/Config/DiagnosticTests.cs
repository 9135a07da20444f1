using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Tests.Config;

public sealed class DiagnosticTests
{
    private const string Service = "[service.a]\ncommand = [\"x\"]\n";

    [Theory]
    // Text that is not TOML.
    [InlineData("[service.a\n", "1:11: the name of a table ends with \"]\"")]
    [InlineData("[service.]\n", "1:10: a key is expected here: letters, digits, \"_\" and \"-\", or anything in quotes")]
    [InlineData("[init] x\n", "1:8: the line should end here")]
    [InlineData("[[service.a]]\n", "1:1: no table here is a list: write it with single brackets, [service.NAME] once for each service")]
    [InlineData(
        Service + "pidfile = \"/run/a.pid\"\n",
        "3:11: pidfile goes with type = \"forking\", a daemon that puts itself into the background; remove pidfile, or add the type")]
    [InlineData(Service + "type = \"forking\"\nready = \"sd-notify\"\n",
        "4:9: a forking service is ready when it is in the background; a service that says so itself stays in the foreground: remove type")]
    [InlineData(Service + "nice\n", "3:5: \"=\" and a value should follow the key")]
    [InlineData(Service + "nice =\n", "3:7: a value is expected here; text stands in quotes")]
    [InlineData(Service + "user = node\n", "3:8: a value is expected here; text stands in quotes")]
    [InlineData(Service + "user = \"node\n", "3:8: this string is not closed on its line")]
    [InlineData(Service + "nice = 5 nice = 6\n", "3:10: the line should end here")]
    [InlineData(
        Service + "stop_command = [\"a\",\n\"b\"\n[init]\n", "5:1: \",\" or \"]\" is expected here, in the array that begins on line 3")]
    [InlineData(Service + "stop_command = [\"a\"", "3:16: this array is never closed with \"]\"")]
    [InlineData(Service + "probe = { tcp = \"h:1\"", "3:9: this table is never closed with \"}\"")]
    [InlineData(Service + "nice = 5\nnice = 6\n", "4:1: \"nice\" is given twice; the first is on line 3")]
    [InlineData(
        Service + "\n" + Service, "4:10: [service.a] is given twice; the first is on line 1",
        "5:1: \"command\" is given twice; the first is on line 2")]
    [InlineData(
        Service + "probe = { tcp = \"h:1\" }\n[service.a.probe]\nretries = 1\n", "4:12: \"probe\" is given twice; the first is on line 3")]
    [InlineData(Service + "nice = 18446744073709551615\n", "3:8: this is no number and no date")]
    // Keys and tables that are not known.
    [InlineData("[servce.a]\n" + Service, "1:2: unknown table [servce]; did you mean [service.NAME]?")]
    [InlineData("[servers.memory]\n" + Service, "1:2: unknown table [servers]; did you mean [server.NAME]?")]
    [InlineData("[limit]\n" + Service, "1:2: unknown table [limit]; did you mean [limits]?")]
    [InlineData("server = 5\n" + Service, "1:1: \"server\" is a table; write [server.NAME] on a line of its own")]
    [InlineData(Service + "match = ['p']\n", "3:1: unknown key \"match\" in [service.a]; it is a key of [server.NAME]")]
    [InlineData(Service + "idle_timeout = '1m'\n", "3:1: unknown key \"idle_timeout\" in [service.a]; it is a key of [server.NAME]")]
    [InlineData(Service + "close_grace = '1m'\n", "3:1: unknown key \"close_grace\" in [service.a]; it is a key of [server.NAME]")]
    [InlineData("[zzz]\n" + Service,
        "1:2: unknown table [zzz]; there are init, limits, startup, health, shutdown, restart, alerts, launch, serve, signals, service, server")]
    [InlineData("log_level = \"info\"\n" + Service, "1:1: unknown key \"log_level\" before the first table; it belongs under [init]")]
    [InlineData("init = 5\n" + Service, "1:1: \"init\" is a table; write [init] on a line of its own")]
    [InlineData("[service]\ncommand = [\"x\"]\n", "2:1: \"command\" needs a service it belongs to; write [service.NAME] above it")]
    [InlineData(Service + "comand = 1\n", "3:1: unknown key \"comand\" in [service.a]; did you mean \"command\"?")]
    [InlineData(Service + "dpeends_on = 1\n", "3:1: unknown key \"dpeends_on\" in [service.a]; did you mean \"depends_on\"?")]
    [InlineData(Service + "[startup]\nwait = 1\n", "4:1: unknown key \"wait\" in [startup]; it has timeout, retries")]
    [InlineData(Service + "restart = { polcy = \"never\" }\n", "3:13: unknown key \"polcy\" in restart; did you mean \"policy\"?")]
    [InlineData(Service + "restart.backoff.inital = \"1s\"\n", "3:17: unknown key \"inital\" in backoff; did you mean \"initial\"?")]
    [InlineData("[service.a.b]\ncommand = [\"x\"]\n", "1:10: [service.a] has no command; add command = [\"node\", \"dist/index.js\"]",
        "1:12: unknown key \"b\" in [service.a]; a name with a dot in it stands in quotes")]
    [InlineData("[service.\"a b\"]\ncommand = [\"x\"]\n",
        "1:10: \"a b\" cannot name a service: it takes up to 64 letters, digits, \"-\", \"_\", \".\" and \"@\", does not begin with " +
        "\"-\", and is not \"mcp-init\"")]
    // Values of the wrong kind.
    [InlineData("[service.a]\ncommand = \"npm run start\"\n",
        "2:11: command takes an array, the program and each argument a string of its own, not a string; write command = [\"npm\", " +
        "\"run\", \"start\"]")]
    [InlineData("[service.a]\ncommand = \"a | b\"\n",
        "2:11: command takes an array, the program and each argument a string of its own, not a string; write command = [\"sh\", \"-c\", " +
        "\"a | b\"]")]
    [InlineData("[service.a]\ncommand = [\"x\", 8080]\n", "2:17: command[1] takes a string, not a whole number; write \"8080\"")]
    [InlineData("[service.a]\ncommand = []\n", "2:11: command names no program; write command = [\"node\", \"dist/index.js\"]")]
    [InlineData(Service + "depends_on = \"b\"\n", "3:14: depends_on takes an array of strings, not a string; write depends_on = [\"b\"]")]
    [InlineData(
        Service + "stop_timeout = 15\n",
        "3:16: stop_timeout takes a duration, a string with its unit, not a whole number; write stop_timeout = \"15s\"")]
    [InlineData(
        Service + "stop_timeout = \"15 s\"\n",
        "3:16: stop_timeout = \"15 s\" is no duration; write it as \"500ms\", \"10s\", \"2m\" or \"1h30m\"")]
    [InlineData(Service + "stop_timeout = \"0s\"\n", "3:16: stop_timeout = \"0s\" is too short; it can be 1ms or more")]
    [InlineData(
        Service + "memory_max = 500\n",
        "3:14: memory_max takes a size, a string with its unit, not a whole number; write memory_max = \"500MiB\"")]
    [InlineData(Service + "memory_max = \"500\"\n", "3:14: memory_max = \"500\" is too small; it can be 1MiB or more")]
    [InlineData(
        Service + "memory_max = \"5 gigs\"\n",
        "3:14: memory_max = \"5 gigs\" is no size; write it as \"500MiB\", with KiB, MiB or GiB (or kB, MB, GB for powers of 1000)")]
    [InlineData(Service + "required = \"true\"\n", "3:12: required takes true or false, not a string; write required = true")]
    [InlineData(Service + "nice = \"5\"\n", "3:8: nice takes a whole number, not a string; write nice = 5, without quotes")]
    [InlineData(Service + "nice = 20\n", "3:8: nice = 20 is out of range; it can be -20 to 19")]
    [InlineData(Service + "cpu_max = nan\n", "3:11: cpu_max = NaN is out of range; it can be 0.01 to 4096")]
    [InlineData(Service + "umask = 22\n", "3:9: umask takes a string of octal digits, not a whole number; write umask = \"0022\"")]
    [InlineData(Service + "stop_signal = \"SIGTREM\"\n", "3:15: stop_signal = \"SIGTREM\" is no signal; did you mean \"SIGTERM\"?")]
    [InlineData(Service + "log_rate_limit = 5\n", "3:18: log_rate_limit takes a string, not a whole number; write log_rate_limit = \"5\"")]
    [InlineData(
        Service + "log_rate_limit = \"5\"\n",
        "3:18: log_rate_limit = \"5\" is no rate; write it as lines per second or minute, \"1000/s\" or \"600/m\", or \"off\"")]
    [InlineData(
        Service + "log_rate_limit = { rate = \"off\" }\n",
        "3:27: log_rate_limit.rate = \"off\" is no rate; write it as lines per second or minute, \"1000/s\" or \"600/m\"")]
    [InlineData(
        Service + "log_rate_limit = { burst = 5 }\n",
        "3:18: log_rate_limit has no rate; write log_rate_limit = { rate = \"1000/s\", burst = 10000 }")]
    [InlineData(
        Service + "log_rate_limit = { rate = \"5/s\", burst = 0 }\n",
        "3:42: log_rate_limit.burst = 0 is out of range; it can be 1 to 1000000")]
    [InlineData(
        Service + "log_rate_limit = { rate = \"5/s\", brust = 1 }\n",
        "3:34: unknown key \"brust\" in log_rate_limit; did you mean \"burst\"?")]
    [InlineData(Service + "stdin = \"tty\"\n", "3:9: stdin = \"tty\" is not one of \"null\", \"inherit\"")]
    [InlineData("[init]\nlog_time = \"local\"\n" + Service, "2:12: log_time = \"local\" is not one of \"none\", \"utc\", \"elapsed\"")]
    [InlineData(
        Service + "log = \"jsno\"\n",
        "3:7: log = \"jsno\" is not one of \"prefix\", \"inherit\", \"json\", \"none\"; did you mean \"json\"?")]
    [InlineData(Service + "capabilities = [\"CAP_NET_ADMN\"]\n", "3:17: \"CAP_NET_ADMN\" is no capability; did you mean \"net_admin\"?")]
    [InlineData(Service + "rlimits = { nofil = 1 }\n", "3:13: unknown resource \"nofil\" in rlimits; did you mean \"nofile\"?")]
    [InlineData(
        Service + "environment = { PORT = 80 }\n", "3:24: environment.PORT takes a string, not a whole number; put the value in quotes")]
    [InlineData(Service + "user = \"\\u0000\"\n", "3:8: user has a NUL character in it, which no program can be given")]
    [InlineData(
        Service + "working_dir = \"app\"\n", "3:15: working_dir = \"app\" is no absolute path; write it from the root on, as \"/app\"")]
    [InlineData(Service + "user = \"1000:\"\n", "3:8: user = \"\" is no name; write one as \"node\", or a number")]
    [InlineData(Service + "user = \"a:b:c\"\n", "3:8: user = \"b:c\" is no name; write one as \"node\", or a number")]
    [InlineData(Service + "user = \"4294967295:1\"\n", "3:8: user = 4294967295 is out of range; an id can be 0 to 4294967294")]
    [InlineData(
        Service + "user = \"1000:1000\"\ngroup = \"node\"\n",
        "4:9: the group is given twice, behind the colon of user and as group; write one of them")]
    [InlineData(
        Service + "group = 5\nuser = \"1000:1000\"\n",
        "4:8: the group is given twice, behind the colon of user and as group; write one of them")]
    [InlineData("[service.a]\ncommand = [\"echo hello world\"]\n",
        "2:11: warning: command names one program \"echo hello world\", spaces included; write each argument as a string of its own: " +
        "[\"echo\", \"hello\", \"world\"]")]
    [InlineData("[service.a]\ncommand = [\"a | b\"]\n",
        "2:11: warning: command names one program \"a | b\", spaces included; write each argument as a string of its own: [\"sh\", " +
        "\"-c\", \"a | b\"]")]
    [InlineData("[service.a]\ncommand = [\"/opt/My App/run\"]\n")]
    [InlineData("[service.a]\ncommand = [\"my app\", \"x\"]\n")]
    // Settings that contradict each other.
    [InlineData(
        Service + "ready = \"probe\"\n", "3:9: ready = \"probe\" needs a probe; add probe = { http = \"http://127.0.0.1:8080/health\" }")]
    [InlineData(Service + "notify_fd = 2\nready = \"notify-fd\"\n", "3:13: notify_fd = 2 is out of range; it can be 3 to 1023")]
    [InlineData(
        Service + "type = \"oneshot\"\nready = \"sd-notify\"\n",
        "4:9: a oneshot is ready when it has succeeded; remove ready = \"sd-notify\", or type")]
    [InlineData(
        Service + "type = \"oneshot\"\nrestart = { policy = \"always\" }\n",
        "4:22: a oneshot restarted \"always\" would never end; write \"on-failure\" or \"never\"")]
    [InlineData(Service + "probe = { }\n", "3:9: probe has no target; give it one of http, tcp, unix, mcp or exec")]
    [InlineData(
        Service + "probe = { http = \"https://x/\" }\n",
        "3:18: probe.http = \"https://x/\" needs TLS, which this probe does not speak: probe the plain port, or use exec with curl; " +
        "write it as \"http://127.0.0.1:8080/health\"")]
    [InlineData(
        Service + "probe = { mcp = \"127.0.0.1:3001\" }\n",
        "3:17: probe.mcp = \"127.0.0.1:3001\" does not start with http://; write it as \"http://127.0.0.1:3001/mcp\"")]
    [InlineData(Service + "probe = { mcp = 3001 }\n", "3:17: probe.mcp takes a string, not a whole number; write probe.mcp = \"3001\"")]
    [InlineData(Service + "probe = { mcp = \"http://h/\", tcp = \"h:1\" }\n", "3:11: probe has several targets, tcp and mcp; give it one")]
    [InlineData(Service + "[limits]\nmemory_critical = 70\n", "4:19: memory_warning, 75, must be below memory_critical, 70")]
    [InlineData(
        Service + "[signals]\nSIGHUP = \"a\"\n",
        "4:1: SIGHUP cannot be passed on: mcp-init, the kernel or the runtime has its own use for it")]
    [InlineData(
        Service + "[signals]\nSIGQUIT = \"a\"\n",
        "4:1: SIGQUIT begins the shutdown ([shutdown] signals) and cannot be passed on as well; take it out of one of the two")]
    [InlineData(
        Service + "[signals]\nSIGWINCH = \"a\"\n[shutdown]\nsignals = [\"TERM\", 28]\n",
        "4:1: SIGWINCH begins the shutdown ([shutdown] signals) and cannot be passed on as well; take it out of one of the two")]
    [InlineData(
        Service + "[shutdown]\nsignals = []\n",
        "4:11: signals is empty, and nothing would stop the container in order; write signals = [\"SIGTERM\", \"SIGINT\"], or leave it " +
        "out")]
    [InlineData(
        Service + "[shutdown]\nsignals = \"SIGTERM\"\n",
        "4:11: signals takes an array of signals, not a string; write signals = [\"SIGTERM\", \"SIGINT\", \"SIGQUIT\", \"SIGRTMIN+3\"]")]
    [InlineData(
        Service + "[shutdown]\nsignals = [\"SIGTERM\", \"SIGKILL\"]\n",
        "4:23: SIGKILL can stop nothing in order: it cannot be caught, or the kernel or the runtime has its own use for it")]
    [InlineData(
        Service + "[shutdown]\nsignals = [\"SIGTERM\", 34]\n",
        "4:23: SIGRTMIN can stop nothing in order: it cannot be caught, or the kernel or the runtime has its own use for it")]
    [InlineData(Service + "[shutdown]\nsignals = [\"SIGTERM\", 15]\n", "4:23: SIGTERM is given twice")]
    [InlineData(
        Service + "[shutdown]\nsignals = [\"SIGTERM\", \"SIGTREM\", 65, true]\n",
        "4:23: signals[1] = \"SIGTREM\" is no signal; did you mean \"SIGTERM\"?", "4:34: signals[2] = \"65\" is no signal",
        "4:38: signals[3] takes the name of a signal, not true or false; write \"SIGTERM\"")]
    [InlineData(
        Service + "[shutdown]\nsignals = [\"SIGQUIT\"]\n",
        "4:11: warning: signals has no SIGTERM, which is what container engines send unless the image's STOPSIGNAL is another")]
    [InlineData("[init]\n", "1:1: there is nothing to run: add [service.NAME] with a command, or [server.NAME] for servers to launch")]
    public void A_mistake_is_named_where_it_stands(string text, params string[] expected) =>
        Assert.Equal(expected.Select(e => "f.toml:" + e), Found(text));

    [Fact]
    public void All_mistakes_are_named_at_once_in_the_order_of_the_file() =>
        Assert.Equal(
            [
                "f.toml:2:13: log_level = \"loud\" is not one of \"debug\", \"info\", \"warning\", \"error\"",
                "f.toml:3:25: the line should end here",
                "f.toml:5:1: unknown key \"comand\" in [service.a]; did you mean \"command\"?",
                "f.toml:6:14: depends_on takes an array of strings, not true or false; write depends_on = [\"database\"]",
            ],
            Found("[init]\nlog_level = \"loud\"\nruntime_dir = \"/run/x\"  y\n[service.a]\ncomand = 1\ndepends_on = true\n"));

    [Fact]
    public void A_line_of_the_log_has_a_level_and_needs_no_mark()
    {
        var warning = new Diagnostic(Severity.Warning, new SourcePosition("f.toml", 2, 3), "is odd");
        Assert.Equal(("f.toml:2:3: warning: is odd", "f.toml:2:3: is odd"), (warning.ToString(), warning.Unmarked));
        var placeless = warning with { At = SourcePosition.None };
        Assert.Equal(("warning: is odd", "is odd"), (placeless.ToString(), placeless.Unmarked));
    }

    [Fact]
    public void Columns_count_characters() =>
        Assert.Equal(["f.toml:3:21: the line should end here"], Found(Service + "working_dir = \"/é😀\" x\n"));

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0x0a, (byte)'b', 0xff }, "2:2: byte 0xff is not UTF-8, which a TOML file must be")]
    [InlineData(new byte[] { (byte)'a', 0x0a, 0xc3, 0xa9, 0 }, "2:2: a NUL byte: this is no text file")]
    [InlineData(new byte[] { 0xff, 0xfe, (byte)'a', 0 }, "1:4: a NUL byte: this is no text file")]
    [InlineData(new byte[] { 0xe2, 0x82 }, "1:1: byte 0xe2 is not UTF-8, which a TOML file must be")]
    public void Bytes_that_are_no_text_are_named_too(byte[] content, string expected) =>
        Assert.Equal(["f.toml:" + expected], ConfigReader.Read("f.toml", content).Diagnostics.Select(d => d.ToString()));

    [Fact]
    public void Values_of_the_environment_are_never_shown()
    {
        const string Secret = "hunter2";
        string[] texts =
        [
            $"environment = {{ TOKEN = {Secret} }}", $"environment = {{ TOKEN = \"{Secret} }}",
                $"environment = {{ TOKEN = \"{Secret}\\u0000\" }}",
            $"environment = {{ TOKEN = [\"{Secret}\"] }}", $"environment = \"{Secret}",
                $"environment = {{ TOKEN = \"{Secret}\", TOKEN = \"{Secret}\" }}",
            $"environment = {{ TOKEN = '{Secret}'",
        ];
        foreach (var text in texts)
        {
            var found = Found(Service + text + "\n").ToList();
            Assert.NotEmpty(found);
            Assert.DoesNotContain(found, d => d.Contains(Secret, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("$HOME", true)]
    [InlineData("a ${HOME} b", true)]
    [InlineData("pa$$word", true)]
    [InlineData("$_x", true)]
    [InlineData("5$", false)]
    [InlineData("$5 $-", false)]
    [InlineData("plain", false)]
    public void A_value_that_another_tool_would_expand_is_warned_of_and_kept(string value, bool warned)
    {
        foreach (var service in (string[])[Service, "[server.a]\n"])
        {
            var problems =
                ConfigReader.Read("f.toml", Encoding.UTF8.GetBytes(service + $"environment = {{ TOKEN = '{value}' }}\n")).Diagnostics;
            Assert.Equal(warned, problems.Any(p => p.Severity == Severity.Warning && p.Message.StartsWith(
                "environment.TOKEN has a $ in it that a shell or Compose would expand; nothing is expanded here",
                    StringComparison.Ordinal)));
            Assert.DoesNotContain(problems, p => p.Message.Contains(value, StringComparison.Ordinal));
        }
        var plan = Plan.Of(
            ConfigReader.Read("f.toml", Encoding.UTF8.GetBytes(Service + $"environment = {{ TOKEN = '{value}' }}\n"))).Plan!;
        Assert.Equal(value, plan.Services[0].Settings.Environment["TOKEN"]);
    }

    [Theory]
    [InlineData("\"1000:1000\"", "1000", "1000")]
    [InlineData("\"node:staff\"", "node", "staff")]
    [InlineData("\"0:node\"", "0", "node")]
    [InlineData("\"node\"", "node", null)]
    [InlineData("1000", "1000", null)]
    public void User_and_group_may_be_written_in_one(string text, string user, string? group)
    {
        var attributes = Plan.Of(
            ConfigReader.Read("f.toml", Encoding.UTF8.GetBytes(Service + $"user = {text}\n"))).Plan!.Services[0].Settings.Attributes;
        Assert.Equal((user, group), (attributes.User, attributes.Group));
    }

    [Fact]
    public void A_hostile_name_cannot_forge_a_line_of_output()
    {
        var found = Found(Service + "\"a\\nf.toml:1:1: ok\\u001b[2J\" = 1\n" + "\"" + new string('x', 5000) + "\" = 1\n").ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, d => Assert.DoesNotContain(d, char.IsControl));
        Assert.All(found, d => Assert.True(d.Length < 200, d));
    }

    [Fact]
    public void At_most_a_hundred_errors_are_shown() =>
        Assert.Equal(100, Found(Service + string.Concat(Enumerable.Range(0, 1000).Select(i => $"zzz{i} = 1\n"))).Count());

    private static IEnumerable<string> Found(string text) =>
        Plan.Of(ConfigReader.Read("f.toml", Encoding.UTF8.GetBytes(text))).Diagnostics.Select(d => d.ToString());
}
