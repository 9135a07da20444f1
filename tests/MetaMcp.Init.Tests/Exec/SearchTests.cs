using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.Tests.Exec;

public sealed class SearchTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public SearchTests()
    {
        foreach (var directory in (string[])["one", "two", "three"])
            Directory.CreateDirectory(_scratch[directory]);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_commands_own_PATH_is_searched_in_order()
    {
        Script("two/cmd", "two", executable: true);
        Script("three/cmd", "three", executable: true);
        Assert.Equal("two", Search("one", "two", "three").Output.Trim());
        Assert.Equal("three", Search("three", "two").Output.Trim());
    }

    [Fact]
    public void A_directory_put_first_is_searched_by_the_command_and_not_for_it()
    {
        Script("one/cmd", "one", executable: true);
        Script("two/cmd", "$PATH $(cmd)", executable: true);
        var run = Stage.Run("--setenv", $"PATH={_scratch["two"]}:/usr/bin:/bin", "--path-first", _scratch["one"], "cmd");
        Assert.Equal($"{_scratch["one"]}:{_scratch["two"]}:/usr/bin:/bin one", run.Output.Trim());
    }

    [Fact]
    public void A_file_that_may_not_be_executed_is_skipped_and_remembered()
    {
        Script("one/cmd", "one", executable: false);
        Script("two/cmd", "two", executable: true);
        Assert.Equal("two", Search("one", "two").Output.Trim());
        Assert.Equal(126, Search("one", "three").ExitCode);
        Assert.Equal(127, Search("three").ExitCode);
    }

    [Fact]
    public void A_PATH_entry_that_is_no_directory_is_skipped()
    {
        Script("two/cmd", "two", executable: true);
        Script("file", "", executable: true);
        Assert.Equal("two", Search("file", "nonexistent", "two").Output.Trim());
    }

    [Fact]
    public void An_empty_element_is_the_current_directory()
    {
        Script("one/cmd", "here", executable: true);
        var run = Stage.Run("--chdir", _scratch["one"], "--setenv", "PATH=/nonexistent:", "cmd");
        Assert.Equal("here", run.Output.Trim());
        Assert.Equal(127, Stage.Run("--chdir", _scratch["one"], "--setenv", "PATH=/nonexistent", "cmd").ExitCode);
    }

    [Fact]
    public void The_search_is_the_users_not_roots()
    {
        Stage.NeedRoot();
        Script("one/cmd", "root's", executable: true);
        Script("two/cmd", "everybody's", executable: true);
        File.SetUnixFileMode(_scratch["one"], (UnixFileMode)0x1C0);
        var path = $"PATH={_scratch["one"]}:{_scratch["two"]}";
        Assert.Equal("root's", Stage.Run("--setenv", path, "cmd").Output.Trim());
        Assert.Equal("everybody's", Stage.Run("--setenv", path, "--user", "4321", "cmd").Output.Trim());
    }

    [Fact]
    public void A_name_too_long_for_any_file_is_not_found()
    {
        var failure = Stage.Failure("--", new string('a', 5000));
        Assert.Equal((ExecStep.Execute, Errno.ENOENT), (failure!.Step, failure.Errno.Number));
    }

    private Stage Search(params string[] directories) =>
        Stage.Run("--setenv", "PATH=" + string.Join(':', directories.Select(d => _scratch[d])), "cmd");

    private void Script(string name, string says, bool executable)
    {
        var path = _scratch.Write(name, $"#!/bin/sh\necho \"{says}\"\n");
        File.SetUnixFileMode(path, (UnixFileMode)(executable ? 0x1ED : 0x1A4));
    }
}
