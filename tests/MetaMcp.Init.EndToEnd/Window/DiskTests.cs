using System.Text.Json;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Window;

/// <summary>The disks of <c>[limits] disk</c>: a tmpfs that a service mounts, a path that is none, a file system that hangs.</summary>
public sealed class DiskTests
{
    private const int Mebi = 1 << 20;
    private const int Hup = 1;
    private const int Term = 15;

    /// <summary>Longer than the time between two looks.</summary>
    private static readonly TimeSpan NextLook = TimeSpan.FromSeconds(40);

    private const string Watched = """
        [limits]
        disk = ["%/full", "%/absent"]
        [service.a]
        command = ["sh", "-c", "mkdir -p %/full && mount -t tmpfs -o size=8m none %/full && exec %hang"]
        """;

    [Fact]
    public async Task A_disk_that_fills_is_told_and_so_is_the_end_of_that_and_a_reload_forgets_it()
    {
        await using var container = await WindowContainer.Start(Watched);
        var (init, full, absent) = (container.Init, container["full"], container["absent"]);
        // The mount is in the container's namespace: from this side it is seen through a process there.
        var filler = $"/proc/{init.Pid}/root{full}/filler";
        await Patience.Until(
            () => File.ReadAllText($"/proc/{init.Pid}/mounts").Contains($" {full} tmpfs", StringComparison.Ordinal), "it is mounted");
        await Fill(filler, 7);
        await init.WaitForLog("", $"{full}: disk 88 % full: 7.0MiB of 8.0MiB, 1.0MiB free", limit: NextLook);
        var disks = await Disks(container);
        Assert.Equal($$"""{"path":"{{full}}","state":"high","size":8388608,"available":1048576,"used_percent":88}""", Compact(disks[0]));
        Assert.Equal($$"""{"path":"{{absent}}","state":"unknown","problem":"No such file or directory"}""", Compact(disks[1]));
        File.Delete(filler);
        await init.WaitForLog("", $"{full}: disk normal again: 0 % full, 0.0MiB of 8.0MiB, 8.0MiB free", limit: NextLook);
        Assert.Equal($$"""{"path":"{{full}}","state":"normal","size":8388608,"available":8388608,"used_percent":0}""",
            Compact((await Disks(container))[0]));
        await Fill(filler, 8);
        await init.WaitForLog("", $"{full}: disk 100 % full: 8.0MiB of 8.0MiB, 0.0MiB free", limit: NextLook);
        Assert.Contains("\"available\":0,\"used_percent\":100", Compact((await Disks(container))[0]), StringComparison.Ordinal);
        await Reload(container, Watched.Replace("\"%/full\", ", "", StringComparison.Ordinal));
        Assert.StartsWith($$"""{"path":"{{absent}}",""", Compact(Assert.Single(await Disks(container))), StringComparison.Ordinal);
        await Reload(container, Watched.Replace("disk = ", "# disk = ", StringComparison.Ordinal));
        Assert.Empty(await Disks(container));
        Assert.Single(init.Lines.Logged("", $"{absent}: how full the disk is cannot be read: No such file or directory"));
        init.Signal(Term);
        Assert.Equal(0, await init.WaitForExit());
        Assert.False(init.Lines.HasLogged("", "orphan"));
    }

    /// <summary>The child that reads it sleeps in the kernel, and SIGKILL does not end it.</summary>
    [Fact]
    public async Task A_file_system_that_never_answers_is_unknown_and_a_stop_does_not_wait_for_it()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "this kernel has no FUSE");
        await using var container = await WindowContainer.Start("""
            [limits]
            disk = ["/mnt", "/dev/shm"]
            disk_warning = 99
            [service.fs]
            command = ["%silent-fs", "/mnt"]
            """);
        var init = container.Init;
        await init.WaitForLog("", "/mnt: how full the disk is cannot be read: its file system does not answer within 5s", limit: NextLook);
        await init.WaitForLog("", "/dev/shm: how full the disk is cannot be read: not read, since /mnt does not answer");
        Assert.All(await Disks(container), disk => Assert.Equal("unknown", disk.GetProperty("state").GetString()));
        Assert.Contains("fs", (await container.Ask("status")).Output, StringComparison.Ordinal);
        init.Signal(Term);
        Assert.Equal(0, await init.WaitForExit(TimeSpan.FromSeconds(8)));
        Assert.False(init.Lines.HasLogged("", "orphan"));
    }

    private static Task Fill(string path, int mebibytes) =>
        File.WriteAllBytesAsync(path, new byte[mebibytes * Mebi], TestContext.Current.CancellationToken);

    private static async Task Reload(WindowContainer container, string toml)
    {
        var last = container.Init.Lines[^1];
        container.Rewrite(toml);
        container.Init.Signal(Hup);
        await container.Init.WaitForLog("", "reloaded: restarting none", last);
    }

    private static async Task<List<JsonElement>> Disks(WindowContainer container)
    {
        var said = await container.Ask("status", "--json");
        Assert.True(said.Code == 0, said.Error);
        var system = JsonDocument.Parse(said.Output).RootElement.GetProperty("system");
        return system.TryGetProperty("disks", out var disks) ? [.. disks.EnumerateArray()] : [];
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
