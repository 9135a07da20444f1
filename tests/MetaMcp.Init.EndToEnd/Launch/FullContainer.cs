namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>A container with a type whose one place is taken for the whole class.</summary>
public sealed class FullContainer : IAsyncLifetime
{
    private LaunchContainer? _container;
    private Gateway? _gateway;

    internal LaunchContainer Container => _container ?? throw new InvalidOperationException("it has not started");

    public async ValueTask InitializeAsync()
    {
        _container = await LaunchContainer.Start("[server.full]\nmax_instances = 1");
        _gateway = await _container.Gateway();
        _ = await (await _gateway.Spawn(LaunchContainer.Launched("full", "holder"))).Answers();
    }

    public async ValueTask DisposeAsync()
    {
        _gateway?.Dispose();
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
