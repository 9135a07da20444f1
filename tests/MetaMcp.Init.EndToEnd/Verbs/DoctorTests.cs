using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

/// <summary>The published binary examines its surroundings.</summary>
public sealed class DoctorTests
{
    private const int Nobody = 65534;

    [Fact]
    public async Task As_PID_1_it_says_so_and_ends_with_a_summary()
    {
        var ended = await InitProcess.Run("doctor");
        Assert.InRange(ended.Code, 0, 1);
        Assert.Contains(
            ended.Stdout,
            line => line.StartsWith("  process ", StringComparison.Ordinal) && line.EndsWith(" PID 1", StringComparison.Ordinal));
        Assert.EndsWith("enforced by the kernel", ended.Stdout[^1], StringComparison.Ordinal);
        Assert.Empty(ended.Stderr);
        Assert.All(ended.Stdout, line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public async Task The_document_can_be_parsed_and_has_the_ids()
    {
        var ids = Ids(await InitProcess.Run("doctor", "--json"));
        Assert.Contains("pid-1", ids);
        Assert.Contains("no-file", ids);
        Assert.Contains("proc", ids);
        Assert.Contains(ids, id => id.StartsWith("cgroup-", StringComparison.Ordinal));
        Assert.Contains(ids, id => id is "calls" || id.StartsWith("call-", StringComparison.Ordinal));
    }

    /// <summary>Whatever keeps limits from the kernel here: both must send a person to the same place.</summary>
    [Fact]
    public async Task A_start_that_is_refused_for_its_limits_gives_the_advice_of_doctor()
    {
        using var scratch = new Scratch();
        var file = scratch.Write(
            "f.toml", "[limits]\nenforce = \"require\"\n[service.a]\ncommand = [\"/bin/true\"]\nmemory_max = \"1GiB\"\n");
        var refused = await InitProcess.Run("run", "--config", file);
        Assert.Equal(111, refused.Code);
        var finding = Findings(await InitProcess.Run("doctor", "--json", file)).Values
            .First(f => f.GetProperty("id").GetString()!.StartsWith("cgroup-", StringComparison.Ordinal) &&
                f.GetProperty("severity").GetString() == "error");
        var settings = finding.GetProperty("remedies").EnumerateObject()
            .Where(r => r.Name is "docker" or "podman" or "host" && r.Value.ValueKind == JsonValueKind.String).ToList();
        Assert.NotEmpty(settings);
        var said = string.Join('\n', refused.Stderr);
        Assert.All(settings, setting => Assert.Contains(setting.Value.GetString()!, said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_something_else_is_PID_1_that_is_a_note() =>
        Assert.Contains("not-pid-1", Ids(await InitProcess.Run(new Setup("doctor", "--json") { NotFirst = true })));

    [Fact]
    public async Task Podman_is_known_by_what_it_puts_into_the_environment()
    {
        var setup = new Setup("doctor", "--json") { Environment = new Dictionary<string, string> { ["container"] = "podman" } };
        using var document = JsonDocument.Parse(string.Join('\n', (await InitProcess.Run(setup)).Stdout));
        Assert.Contains("podman",
            document.RootElement.GetProperty("facts").GetProperty("containers").EnumerateArray().Select(mark => mark.GetString()));
    }

    [Fact]
    public async Task As_an_ordinary_user_doctor_names_what_root_could_do()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("f.toml", $"[init]\nruntime_dir = \"/usr/x\"\n[service.a]\ncommand = [\"x\"]\nuser = \"root\"\n");
        var ended = await InitProcess.Run(new Setup("doctor", "--json", file) { User = Nobody });
        Assert.Equal(1, ended.Code);
        var findings = Findings(ended);
        Assert.Equal("error", findings["capability-setuid"].GetProperty("severity").GetString());
        Assert.Equal("--user 0", findings["capability-setuid"].GetProperty("remedies").GetProperty("docker").GetString());
        Assert.Equal("warning", findings["runtime-dir"].GetProperty("severity").GetString());
        Assert.Contains("Permission denied", findings["runtime-dir"].GetProperty("found").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Nobody)]
    public async Task In_an_empty_root_it_says_that_there_is_no_proc(int? user)
    {
        using var scratch = new Scratch();
        var setup = new Setup("doctor", "--json") { Root = scratch.Root(Files.Binary), User = user };
        var ended = await InitProcess.Run(setup);
        Assert.Equal(1, ended.Code);
        Assert.Empty(ended.Stderr);
        var ids = Ids(ended);
        Assert.Contains("no-proc", ids);
        Assert.Contains("cgroup-unknown", ids);
        Assert.Contains("no-pressure", ids);
        Assert.Equal(1, (await InitProcess.Run(setup with { Arguments = ["doctor"] })).Code);
    }

    [Fact]
    public async Task A_root_that_is_read_only_has_no_place_for_the_runtime_directory()
    {
        using var scratch = new Scratch();
        var ids = Ids(await InitProcess.Run(new Setup("doctor", "--json") { Root = scratch.Root(Files.Binary), ReadOnlyRoot = true }));
        Assert.Contains("runtime-dir", ids);
    }

    [Fact]
    public async Task The_file_says_how_long_a_stop_takes_and_how_many_descriptors_are_wanted()
    {
        using var scratch = new Scratch();
        var file =
            scratch.Write("f.toml",
            "[limits]\nenforce = \"off\"\n[shutdown]\ntimeout = \"44s\"\n[service.a]\ncommand = [\"x\"]\nenvironment = { TOKEN = " +
            "\"hunter2\" }\n");
        var ended = await InitProcess.Run(new Setup("doctor", "--json", file) { Limits = [("nofile", 36)] });
        var findings = Findings(ended);
        Assert.Equal("--stop-timeout 45", findings["stop-grace"].GetProperty("remedies").GetProperty("docker").GetString());
        Assert.Equal("error", findings["open-files"].GetProperty("severity").GetString());
        Assert.DoesNotContain(ended.Stdout, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_limits_are_required_and_cannot_be_had_that_is_an_error()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("f.toml", "[limits]\nenforce = \"require\"\n[service.a]\ncommand = [\"x\"]\n");
        var setup = new Setup("doctor", "--json", "/f.toml") { Root = scratch.Root(Files.Binary, file) };
        Assert.Equal("error", Findings(await InitProcess.Run(setup))["limits-required"].GetProperty("severity").GetString());
    }

    [Theory]
    [InlineData("doctor", "/nothing.toml")]
    [InlineData("doctor", "--yaml")]
    [InlineData("doctor", "a", "b")]
    public async Task A_file_that_is_not_there_and_arguments_that_are_none_are_refused(params string[] arguments)
    {
        var (exit, output, error) = await InitProcess.Program(Files.Binary, arguments);
        Assert.Equal(100, exit);
        Assert.Empty(output);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task A_file_with_errors_is_refused_with_all_of_them()
    {
        using var scratch = new Scratch();
        var (exit, _, error) =
            await InitProcess.Program(Files.Binary, "doctor", scratch.Write("f.toml", "[service.a]\ncomand = [\"x\"]\n"));
        Assert.Equal(100, exit);
        Assert.Contains("did you mean \"command\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_services_name_are_looked_for_as_a_start_would()
    {
        using var scratch = new Scratch();
        File.SetUnixFileMode(scratch.Write("program", "#!/bin/sh\n"), (UnixFileMode)0x1ED);
        File.SetUnixFileMode(scratch.Write("mine", "#!/bin/sh\n"), (UnixFileMode)0x1C0);
        File.SetUnixFileMode(Directory.CreateDirectory(scratch["closed"]).FullName, (UnixFileMode)0x1C0);
        var file = scratch.Write("f.toml", $$"""
            [service.account]
            command = ["sh"]
            user = "nodee"
            group = "nogroupp"
            [service.groups]
            command = ["sh"]
            user = "nobody"
            supplementary_groups = ["audiophile"]
            [service.program]
            command = ["no-such-program"]
            stop_command = ["/no/such/stop"]
            probe = { exec = ["no-such-probe"] }
            [service.path]
            command = ["program"]
            environment = { PATH = "/nowhere:{{scratch.FullName}}" }
            [service.relative]
            command = ["./program"]
            working_dir = "{{scratch.FullName}}"
            [service.not-relative]
            command = ["./no-program"]
            working_dir = "{{scratch.FullName}}"
            [service.not-executable]
            command = ["{{scratch["f.toml"]}}"]
            [service.not-its]
            command = ["{{scratch["mine"]}}"]
            user = "nobody"
            [service.own]
            command = ["{{scratch["mine"]}}"]
            [service.directory]
            command = ["sh"]
            working_dir = "{{scratch["none"]}}"
            [service.closed]
            command = ["sh"]
            user = "nobody"
            working_dir = "{{scratch["closed"]}}"
            [service.file]
            command = ["sh"]
            environment_file = "{{scratch["none.env"]}}"
            [service.may-be-missing]
            command = ["sh"]
            environment_file = "-{{scratch["none.env"]}}"
            """);
        var ended = await InitProcess.Run("doctor", "--json", file);
        Assert.Equal(1, ended.Code);
        var findings = Findings(ended);
        Said(
            "service-account", "account: user 'nodee' is not in /etc/passwd",
            "account: group 'nogroupp' is not in /etc/group", "groups: group 'audiophile'");
        Said(
            "service-program", "program: exec no-such-program: No such file", "stop_command of program: exec /no/such/stop: No such file",
            "probe of program: exec no-such-probe", "not-relative: exec ./no-program: No such file", "not-executable: exec",
                "not-its: exec");
        Said("service-directory", "directory: chdir ", "closed: chdir ");
        Said("service-file", "file: env-file ");
        Assert.False(findings.ContainsKey("service-names"));

        void Said(string id, params string[] texts)
        {
            var lines = findings[id].GetProperty("found").GetString()!.Split('\n');
            Assert.Equal(texts.Length, lines.Length);
            Assert.All(lines, (line, i) => Assert.StartsWith(texts[i], line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Everything_that_a_server_names_and_is_not_there_is_found_in_one_look()
    {
        using var scratch = new Scratch();
        scratch.Write("program", "#!/bin/sh\n");
        File.SetUnixFileMode(scratch["program"], (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(scratch.FullName, (UnixFileMode)Convert.ToInt32("755", 8));
        var file = scratch.Write("f.toml", $$"""
            [service.gateway]
            command = ["sh"]
            environment = { PATH = "{{scratch.FullName}}:/usr/bin:/bin" }
            [server.d]
            user = "nouser"
            group = "nogroupp"
            working_dir = "/nodir"
            command = ["nosuch"]
            [server.absolute]
            command = ["/no/such"]
            [server.own-path]
            command = ["program"]
            environment = { PATH = "/nowhere" }
            [server.not-for-it]
            command = ["program"]
            allow = []
            [server.of-its-client]
            command = ["program"]
            [server.in-its-directory]
            command = ["./program"]
            working_dir = "{{scratch.FullName}}"
            [server.not-in-its-directory]
            command = ["./no-program"]
            working_dir = "{{scratch.FullName}}"
            [server.where-its-client-is]
            command = ["./no-program"]
            [server.given]
            """);
        var ended = await InitProcess.Run("doctor", "--json", file);
        Assert.Equal(1, ended.Code);
        var findings = Findings(ended);
        Said("service-account", "server d: user 'nouser' is not in /etc/passwd", "server d: group 'nogroupp' is not in /etc/group");
        Said("service-directory", "server d: chdir /nodir: No such file");
        Said(
            "service-program", "server d: exec nosuch: No such file", "server absolute: exec /no/such: No such file",
            "server own-path: exec program: No such file", "server not-for-it: exec program: No such file",
            "server not-in-its-directory: exec ./no-program: No such file");

        void Said(string id, params string[] texts)
        {
            var lines = findings[id].GetProperty("found").GetString()!.Split('\n');
            Assert.Equal(texts.Length, lines.Length);
            Assert.All(lines, (line, i) => Assert.StartsWith(texts[i], line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task In_an_image_of_nothing_but_the_program_only_numbers_are_users()
    {
        using var scratch = new Scratch();
        var file = scratch.Write(
            "f.toml",
            "[service.a]\ncommand = [\"/mcp-init\", \"probe\"]\nuser = 1001\n[service.b]\ncommand = [\"/mcp-init\"]\nuser = \"node\"\n");
        var findings =
            Findings(await InitProcess.Run(new Setup("doctor", "--json", "/f.toml") { Root = scratch.Root(Files.Binary, file) }));
        Assert.StartsWith("b: user 'node': /etc/passwd: No such file", findings["service-account"].GetProperty("found").GetString(),
            StringComparison.Ordinal);
        Assert.False(findings.ContainsKey("service-program"));
    }

    /// <summary>Nothing may change: no file, no group, no process.</summary>
    [Fact]
    public async Task It_makes_nothing()
    {
        using var scratch = new Scratch();
        var root = scratch.Root(Files.Binary);
        await InitProcess.Run(new Setup("doctor") { Root = root });
        Assert.Equal([Path.GetFileName(Files.Binary)], Directory.GetFileSystemEntries(root).Select(Path.GetFileName));
    }

    private static List<string> Ids(Ended ended) => [.. Findings(ended).Keys];

    private static Dictionary<string, JsonElement> Findings(Ended ended)
    {
        using var document = JsonDocument.Parse(string.Join('\n', ended.Stdout));
        return document.RootElement.GetProperty("findings").EnumerateArray()
            .ToDictionary(f => f.GetProperty("id").GetString()!, f => f.Clone());
    }
}
