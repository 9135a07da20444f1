using System.Diagnostics;
using System.Text.Json;
using MetaMcp.Init.Core.Unwrapping;
using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Unwrapping;

namespace MetaMcp.Init.Tests.Unwrapping;

/// <summary>The cache that npm itself makes, and the environment that npx itself gives.</summary>
public sealed class RealNpmTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly SmallRegistry _registry = new("1.2.3");
    private readonly string _npx;

    public RealNpmTests()
    {
        foreach (var directory in (string[])["home", "project"])
            Directory.CreateDirectory(_scratch[directory]);
        _npx = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(d => $"{d}/npx").First(File.Exists);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void The_program_gets_what_npx_would_give_it()
    {
        _scratch.Write("home/.npmrc", 
            """
            fund=false ; no
            message=a\#b # c
            ca[]=x
            ca[]="y z"
            'loglevel' = 'error'
            //r.example/:_authToken=secret

            """);
        string[] command = ["npx", "-y", SmallRegistry.Package, "one", "two words"];
        Assert.Equal($"{SmallRegistry.Package} is not in npm's cache", Resolve(command).Reason);
        var (argv, expected) = Says(_npx, command[1..], new Dictionary<string, string>());

        var result = Resolve(command);
        Assert.Equal("", result.Reason);
        Assert.Equal(3, result.Replaced);
        var (ours, variables) = Says(result.Program!, command[result.Replaced..], result.Environment);
        Assert.Equal(argv, ours);
        // The shell between, whether stdin is a terminal, what differs between versions of npm, the version of node.
        string[] others =
        [
            "_", "OLDPWD", "SHLVL", "PWD", "COLOR", "EDITOR", "npm_lifecycle_script", "npm_config_user_agent", "npm_config_allow_scripts",
        ];
        foreach (var name in others)
        {
            expected.Remove(name);
            variables.Remove(name);
        }
        Assert.Equal(Lines(expected), Lines(variables));
    }

    [Fact]
    public void A_new_directory_of_npm_is_unwrapped_for_a_day_and_an_exact_version_for_ever()
    {
        string[] bare = ["npx", "-y", SmallRegistry.Package];
        string[] exact = ["npx", "-y", $"{SmallRegistry.Package}@1.2.3"];
        foreach (var command in (string[][])[bare, exact])
            _ = Says(_npx, command[1..], new Dictionary<string, string>());
        Assert.NotNull(Resolve(bare).Program);
        Assert.NotNull(Resolve(exact).Program);
        const int Day = 24 * 60 * 60;
        var result = Resolve(bare, after: Day + 60);
        Assert.Equal("npm is asked for a newer version once a day", result.Reason);
        Assert.StartsWith(_scratch["home/.npm/_npx/"], result.Asked, StringComparison.Ordinal);
        Assert.NotNull(Resolve(exact, after: Day + 60).Program);
    }

    [Fact]
    public void An_npm_that_is_at_work_and_an_install_that_was_cut_off_are_left_to_npx()
    {
        string[] command = ["npx", "-y", SmallRegistry.Package];
        _ = Says(_npx, command[1..], new Dictionary<string, string>());
        var directory = _scratch[$"home/.npm/_npx/{Unwrapper.DirectoryOf(SmallRegistry.Package)}"];
        Directory.CreateDirectory($"{directory}/concurrency.lock");
        Assert.Equal($"npm is at work in {directory}", Resolve(command).Reason);
        Directory.Delete($"{directory}/concurrency.lock");
        File.Delete($"{directory}/package.json");
        Assert.Equal($"{directory} was not installed to its end", Resolve(command).Reason);
    }

    private static IEnumerable<string> Lines(Dictionary<string, string> variables) => variables.Select(v => $"{v.Key}={v.Value}").Order();

    private UnwrapResult Resolve(string[] command, int after = 0) => Unwrapper.Resolve(
        new UnwrapRequest
        {
            Command = command,
            Program = _npx,
            Variables = Variables(),
            Directory = _scratch["project"],
            Now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + after,
        },
        new KernelFiles())!;

    private Dictionary<string, string> Variables() => new()
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
        ["HOME"] = _scratch["home"],
        ["npm_config_registry"] = _registry.Address,
        ["TOKEN"] = "x",
    };

    private (List<string> Arguments, Dictionary<string, string> Variables) Says(
        string program, string[] arguments, IReadOnlyDictionary<string, string> added)
    {
        var start = new ProcessStartInfo("/usr/bin/timeout", ["--signal=KILL", "60", program, .. arguments])
        {
            WorkingDirectory = _scratch["project"],
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Variables().Concat(added))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error.GetAwaiter().GetResult());
        using var said = JsonDocument.Parse(output);
        return (
            [.. said.RootElement.GetProperty("argv").EnumerateArray().Select(a => a.GetString()!)],
            said.RootElement.GetProperty("env").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString()!));
    }
}
