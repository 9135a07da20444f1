using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class EnvironmentTests
{
    private static readonly Dictionary<string, string> Given = new()
    {
        ["PATH"] = "/usr/bin:/bin", ["HOME"] = "/given", ["USER"] = "given", ["A"] = "1", ["B"] = "2",
    };

    [Fact]
    public void It_is_passed_on_as_it_is() => Assert.Equal(Lines(Given), Lines(Stage.RunWith(Given, "env")));

    [Fact]
    public void Variables_are_set_and_removed()
    {
        var run = Stage.RunWith(Given, "--setenv", "A=x=y", "--unsetenv", "B", "--setenv", "C=", "--unsetenv", "C", "env");
        Assert.Equal(["A=x=y", "C=", "HOME=/given", "PATH=/usr/bin:/bin", "USER=given"], Lines(run));
    }

    [Fact]
    public void A_cleared_environment_holds_what_is_set_and_kept_and_commands_are_still_found()
    {
        var run = Stage.RunWith(Given, "--clear-env", "--keep-env", "B", "--setenv", "C=3", "env");
        Assert.Equal(["B=2", "C=3"], Lines(run));
    }

    [Fact]
    public void A_directory_is_put_first_in_PATH_after_everything_else_and_once()
    {
        string PathOf(params string[] words) =>
            Lines(Stage.RunWith(Given, ["--path-first", "/first", .. words, "env"]))
                .Single(l => l.StartsWith("PATH=", StringComparison.Ordinal));
        Assert.Equal("PATH=/first:/usr/bin:/bin", PathOf());
        Assert.Equal("PATH=/first:/set:/bin:/usr/bin", PathOf("--setenv", "PATH=/set:/bin:/usr/bin"));
        Assert.Equal("PATH=/first:/bin:/usr/bin", PathOf("--setenv", "PATH=/first:/bin:/usr/bin"));
        Assert.Equal("PATH=/first:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", PathOf("--clear-env"));
        using var scratch = new Scratch();
        var file = scratch.Write("environment", "PATH=/usr/bin:/of/the/file\n");
        Assert.Equal("PATH=/first:/usr/bin:/of/the/file", PathOf("--env-file", file));
    }

    [Fact]
    public void A_user_brings_HOME_USER_LOGNAME_and_SHELL()
    {
        Stage.NeedRoot();
        var entry = File.ReadAllLines("/etc/passwd").Single(l => l.StartsWith("root:", StringComparison.Ordinal)).Split(':');
        var run = Stage.RunWith(Given, "--user", "root", "env");
        Assert.Equal(
            ["A=1", "B=2", $"HOME={entry[5]}", "LOGNAME=root", "PATH=/usr/bin:/bin", $"SHELL={entry[6]}", "USER=root"],
            Lines(run));
    }

    [Fact]
    public void A_shell_that_refuses_logins_is_no_SHELL()
    {
        Stage.NeedRoot();
        Assert.EndsWith("/nologin", File.ReadAllLines("/etc/passwd")
            .Single(l => l.StartsWith("www-data:", StringComparison.Ordinal)), StringComparison.Ordinal);
        var given = new Dictionary<string, string>(Given) { ["SHELL"] = "/bin/given" };
        Assert.DoesNotContain(
            Lines(Stage.RunWith(given, "--user", "www-data", "env")), l => l.StartsWith("SHELL=", StringComparison.Ordinal));
        // A value that was set for the service stays.
        Assert.Contains("SHELL=/bin/given", Lines(Stage.RunWith(given, "--user", "www-data", "--keep-env", "SHELL", "env")));
        Assert.Contains("SHELL=/bin/sh", Lines(Stage.RunWith(given, "--user", "www-data", "--setenv", "SHELL=/bin/sh", "env")));
    }

    [Fact]
    public void Explicit_and_kept_values_stand_against_the_accounts()
    {
        Stage.NeedRoot();
        var run =
            Stage.RunWith(Given, "--user", "www-data", "--setenv", "HOME=/mine", "--keep-env", "USER", "--keep-env", "LOGNAME", "env");
        Assert.Contains("HOME=/mine", Lines(run));
        Assert.Contains("USER=given", Lines(run));
        // The variable was to be kept, but the environment did not have it.
        Assert.Contains("LOGNAME=www-data", Lines(run));
    }

    [Fact]
    public void A_number_without_an_account_has_no_name_and_a_harmless_home()
    {
        Stage.NeedRoot();
        Assert.Equal(["A=1", "B=2", "HOME=/", "PATH=/usr/bin:/bin"], Lines(Stage.RunWith(Given, "--user", "4321", "env")));
    }

    [Fact]
    public void Files_are_read_in_order_before_explicit_values_and_as_root()
    {
        Stage.NeedRoot();
        using var scratch = new Scratch();
        var first = scratch.Write("first", "# comment\nA=file\nB=\"file b\"\nC=file\nD=file\n");
        var second = scratch.Write("second", "C=second\n");
        File.SetUnixFileMode(first, UnixFileMode.UserRead);
        var run = Stage.RunWith(
            Given, "--user", "4321", "--env-file", first, "--env-file", $"-{second}", "--env-file", "-/nonexistent",
            "--keep-env", "A", "--unsetenv", "D", "--setenv", "B=set", "env");
        Assert.Equal(["A=1", "B=set", "C=second", "HOME=/", "PATH=/usr/bin:/bin"], Lines(run));
    }

    [Fact]
    public void Settings_of_the_runtime_are_the_commands_and_not_ours()
    {
        // Either variable would end our own runtime before it ran a line.
        var run = Stage.RunWith(
            new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin:/bin",
                ["DOTNET_GCHeapHardLimit"] = "1",
                ["DOTNET_DbgEnableMiniDump"] = "1",
            },
            "env");
        Assert.Equal(["DOTNET_DbgEnableMiniDump=1", "DOTNET_GCHeapHardLimit=1", "PATH=/usr/bin:/bin"], Lines(run));
    }

    [Fact]
    public void Bytes_that_are_no_text_arrive_as_they_were()
    {
        using var scratch = new Scratch();
        // The script removes the directory: the framework could not pass a name with such bytes to the kernel.
        const string Script = """
            v=$(printf '\377\376a\200\303\251\033'); dir="$0/d$v"; mkdir "$dir"
            exec env "X=$v" "$@" --setenv "Y=$v" --chdir "$dir" -- \
                sh -c 'printf "%s|%s|%s|%s" "$X" "$Y" "$0" "${PWD##*/}" | od -An -vtx1 | tr -d " \n"; cd /; rmdir "$OLDPWD"' "$v"
            """;
        var run = Stage.RunBehind(["sh", "-c", Script, scratch.FullName]);
        const string Bytes = "fffe6180c3a91b";
        Assert.Equal($"{Bytes}7c{Bytes}7c{Bytes}7c64{Bytes}", run.Output);
    }

    private static string[] Lines(Stage run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private static string[] Lines(Dictionary<string, string> environment) =>
        [.. environment.Select(e => $"{e.Key}={e.Value}").Order(StringComparer.Ordinal)];
}
