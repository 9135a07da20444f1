using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.PassThrough;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(255)]
    public async Task The_childs_code_is_ours(int code) =>
        Assert.Equal(code, (await InitProcess.Run("--", Files.Program("exits"), $"{code}")).Code);

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(15)]
    [InlineData(64)]
    public async Task A_signal_that_ends_the_child_is_128_and_its_number(int number) =>
        Assert.Equal(128 + number, (await InitProcess.Run("--", Files.Program("exits"), "signal", $"{number}")).Code);

    [Theory]
    [InlineData(7, 0)]
    [InlineData(8, 8)]
    [InlineData(0, 0)]
    public async Task A_code_given_with_e_counts_as_success(int code, int expected) =>
        Assert.Equal(expected, (await InitProcess.Run("-e", "7", "--", Files.Program("exits"), $"{code}")).Code);

    [Fact]
    public async Task An_end_by_signal_can_count_as_success_too() =>
        Assert.Equal(0, (await InitProcess.Run("-e", "143", "--", Files.Program("exits"), "signal", "15")).Code);

    [Fact]
    public async Task A_command_that_does_not_exist_is_127()
    {
        var ended = await InitProcess.Run("--", "/nowhere/to/be/found");
        Assert.Equal(127, ended.Code);
        Assert.Contains(ended.Stderr, line => line.Contains("/nowhere/to/be/found", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_nowhere_in_the_path_is_127() =>
        Assert.Equal(127, (await InitProcess.Run("--", "no-such-command-anywhere")).Code);

    [Fact]
    public async Task A_file_that_is_not_executable_is_126()
    {
        using var scratch = new Scratch();
        var ended = await InitProcess.Run("--", scratch.Write("plain", "just text"));
        Assert.Equal(126, ended.Code);
        Assert.NotEmpty(ended.Stderr);
    }

    [Theory]
    [InlineData("#!/nonexistent/python\n", "interpreter /nonexistent/python of ")]
    [InlineData("#!/bin/sh\r\n", "save the script with Unix line endings")]
    public async Task A_script_whose_interpreter_is_missing_is_127_and_names_it(string text, string said)
    {
        using var scratch = new Scratch();
        var path = scratch.Write("script", text);
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        var byName = new Setup("--", "script") { Environment = new Dictionary<string, string> { ["PATH"] = scratch.FullName } };
        foreach (var setup in (Setup[])[new Setup("--", path), byName])
        {
            var ended = await InitProcess.Run(setup);
            Assert.Equal(127, ended.Code);
            Assert.Contains(ended.Stderr, line => line.Contains(said, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_directory_is_126()
    {
        using var scratch = new Scratch();
        Assert.Equal(126, (await InitProcess.Run("--", scratch.FullName)).Code);
    }

    [Fact]
    public async Task A_file_in_no_format_that_the_kernel_runs_is_126()
    {
        using var scratch = new Scratch();
        var path = scratch.Write("noise", "\u0001\u0002\u0003 no program");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(126, (await InitProcess.Run("--", path)).Code);
    }

    [Fact]
    public async Task A_name_is_looked_up_in_the_path()
    {
        var setup = new Setup("--", "exits", "9")
        {
            Environment = new Dictionary<string, string> { ["PATH"] = $"/nowhere:{Path.GetDirectoryName(Files.Program("exits"))}" },
        };
        Assert.Equal(9, (await InitProcess.Run(setup)).Code);
    }

    [Theory]
    [InlineData("--")]
    [InlineData("-x", "--", "/bin/true")]
    [InlineData("-e", "256", "--", "/bin/true")]
    [InlineData("-p", "NOPE", "--", "/bin/true")]
    [InlineData("-r", "TERM", "--", "/bin/true")]
    public async Task A_command_line_that_makes_no_sense_is_100(params string[] arguments)
    {
        var ended = await InitProcess.Run(arguments);
        Assert.Equal(100, ended.Code);
        Assert.NotEmpty(ended.Stderr);
    }
}
