namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>One container with cgroups and one without, for all tests of a class.</summary>
public sealed class BothContainers : IAsyncLifetime
{
    private const string Types = $"""
        {LaunchContainer.NoLimits}
        [server.guard]
        close_grace = "200ms"
        stop_timeout = "200ms"
        [server.exec]
        shim = "exec"
        stop_timeout = "200ms"
        [server.single]
        max_instances = 1
        stop_timeout = "200ms"
        """;

    private readonly List<LaunchContainer> _all = [];

    internal IReadOnlyList<LaunchContainer> All => _all;

    /// <summary>The same in both at once.</summary>
    internal Task Each(Func<LaunchContainer, Task> test) => Task.WhenAll(_all.Select(test));

    internal LaunchContainer WithCgroup => _all[0];

    internal LaunchContainer Looking => _all[1];

    public async ValueTask InitializeAsync()
    {
        _all.Add(await LaunchContainer.Start(Types, cgroup: true));
        _all.Add(await LaunchContainer.Start(Types));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _all)
            await container.DisposeAsync();
    }
}
