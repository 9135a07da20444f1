using MetaMcp.Init.EndToEnd.Harness;
using MetaMcp.Init.Testing;

namespace MetaMcp.Init.EndToEnd.Run;

public sealed class BadFileTests
{
    /// <summary>A unit test of the reader proves that each of the hundreds is refused; here every eighth is tried.</summary>
    [Fact]
    public async Task A_bad_file_is_refused_before_anything_is_started()
    {
        using var scratch = new Scratch();
        var files = BadFiles.All($"[\"/usr/bin/touch\", \"{scratch["started"]}\"]").ToList();
        Assert.True(files.Count >= 500, $"only {files.Count} files");
        for (var at = 0; at < files.Count; at += 8)
        {
            var file = files[at];
            await File.WriteAllBytesAsync(scratch["bad.toml"], file.Content, TestContext.Current.CancellationToken);
            var ended = await InitProcess.Run("run", "--config", scratch["bad.toml"]);
            Assert.True(ended.Code == 100, $"{file.Name} gave {ended.Code}");
            Assert.Empty(ended.Stdout);
            Assert.Contains(ended.Stderr, line => line.Contains("bad.toml:", StringComparison.Ordinal));
            Assert.False(File.Exists(scratch["started"]), $"{file.Name} started a service");
        }
    }

    [Fact]
    public async Task The_file_they_are_made_from_is_good_and_its_services_do_start()
    {
        using var scratch = new Scratch();
        var path = scratch.Write("good.toml", BadFiles.Valid($"[\"/usr/bin/touch\", \"{scratch["started"]}\"]"));
        var check = await InitProcess.Program(Files.Binary, "check", path);
        Assert.True(check.Exit == 0, check.Error);
        await using var init = await InitProcess.Start("run", "--config", path);
        await Patience.Until(() => File.Exists(scratch["started"]), "a service has left its trace");
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_100()
    {
        var ended = await InitProcess.Run("run", "--config", "/no/such/file.toml");
        Assert.Equal(100, ended.Code);
        Assert.Contains(ended.Stderr, line => line.Contains("/no/such/file.toml", StringComparison.Ordinal));
    }
}
