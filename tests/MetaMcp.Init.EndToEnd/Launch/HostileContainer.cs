using System.Diagnostics;
using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A container with a service whose probe notes the time, and visitors that belong to none of its services.</summary>
public sealed class HostileContainer : IAsyncLifetime
{
    private const string Nobody = "65534";

    private LaunchContainer? _container;

    internal LaunchContainer Container => _container ?? throw new InvalidOperationException("it has not started");

    public async ValueTask InitializeAsync()
    {
        _container = await LaunchContainer.Start($$"""
            {{LaunchContainer.NoLimits}}
            [service.probed]
            command = ["%hang"]
            probe = { exec = ["sh", "-c", "cut -d' ' -f1 /proc/uptime >> %/ticks"], interval = "200ms", timeout = "5s" }
            [server.swarm]
            max_instances = 1
            [server.single]
            max_instances = 1
            """);
        await _container.Init.WaitForLog("probed", "ready");
    }

    /// <summary>Starts a raw client as <c>docker exec</c> does: in the namespaces, and of no service.</summary>
    internal Process Visit(string steps, bool isRoot = false)
    {
        string[] user = isRoot ? [] : ["/usr/bin/setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups"];
        var start = new ProcessStartInfo(
            "/usr/bin/nsenter", ["-t", $"{Container.Init.Pid}", "-p", "-m", .. user, .. Container.Raw(steps).Split(' ')])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("nsenter did not start");
    }

    /// <summary>The lines of a visitor, when it has ended.</summary>
    internal async Task<IReadOnlyList<string>> Visited(string steps, bool isRoot = false)
    {
        using var visitor = Visit(steps, isRoot);
        var output = await visitor.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Long);
        await visitor.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The times of the probes so far, in seconds.</summary>
    internal IReadOnlyList<double> Ticks() =>
        [.. File.ReadAllLines(Container["ticks"]).Where(line => line.Length > 0)
            .Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>A well-behaved client has its one place, and gives it back.</summary>
    internal async Task Launches(string type = "single", TimeSpan? limit = null)
    {
        using var gateway = await Container.Gateway();
        var until = DateTime.UtcNow + (limit ?? Patience.Usual);
        while (true)
        {
            var server = await gateway.Spawn(LaunchContainer.Launched(type, "well-behaved"));
            var granted = await server.IsGranted(limit) || !await server.IsSilent(TimeSpan.FromMilliseconds(100));
            await server.Close();
            Assert.Equal("exit 0", await server.Ending());
            if (granted)
                break;
            // The place of the one before becomes free with its end, which may be a moment away.
            Assert.True(DateTime.UtcNow < until, "no place was given");
        }
        await Container.Gone("well-behaved");
    }

    /// <summary>Of PID 1.</summary>
    internal int Descriptors() => Directory.GetFileSystemEntries($"/proc/{Container.Init.Pid}/fd").Length;

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
