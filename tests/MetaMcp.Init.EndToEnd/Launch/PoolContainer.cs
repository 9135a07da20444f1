namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// A container with a type for each rule about places; each test has a type of its own. By looking: a place is no cgroup.
/// </summary>
public sealed class PoolContainer : IAsyncLifetime
{
    private const string Types = """
        [limits]
        max_instances = 1000
        max_per_type = 5
        tasks = 20000
        [launch]
        max_starting = 1000
        [shutdown]
        max_concurrent = 100
        term_timeout = "300ms"
        [server.three]
        max_instances = 3
        [server.waits]
        max_instances = 1
        on_limit = "wait"
        [server.gives-up]
        max_instances = 1
        on_limit = "wait"
        [server.leaves]
        max_instances = 1
        on_limit = "wait"
        [server.idles]
        max_instances = 2
        on_limit = "replace-idle"
        idle_timeout = "10m"
        [server.oldest]
        max_instances = 2
        on_limit = "replace-oldest"
        [server.young]
        max_instances = 1
        on_limit = "replace-oldest"
        [server.full]
        max_instances = 1
        [server.stubborn]
        max_instances = 1
        stop_timeout = "500ms"
        """;

    private LaunchContainer? _container;

    internal LaunchContainer Container => _container ?? throw new InvalidOperationException("it has not started");

    public async ValueTask InitializeAsync() => _container = await LaunchContainer.Start(Types);

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
