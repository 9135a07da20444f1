using System.Globalization;

namespace MetaMcp.Init.EndToEnd.Launch;

/// <summary>
/// A gateway that ends all its servers when one of them exits with a code other than 0, as MetaMCP does; in its own container.
/// </summary>
internal sealed class StrictClient : IAsyncDisposable
{
    private LaunchContainer? _container;
    private Gateway? _gateway;

    private Gateway Client => _gateway ?? throw new InvalidOperationException("it has not connected");

    public static async Task<StrictClient> Start(string types)
    {
        var strict = new StrictClient();
        strict._container = await LaunchContainer.Start($"{LaunchContainer.NoLimits}\n{types}");
        strict._gateway = await strict._container.Gateway();
        Assert.Equal("strict", await strict.Client.Ask("strict"));
        return strict;
    }

    /// <summary>So many servers that have answered.</summary>
    public async Task<IReadOnlyList<Server>> Spawn(string type, int count, string options = "")
    {
        var servers = new List<Server>();
        for (var i = 0; i < count; i++)
        {
            servers.Add(await Client.Spawn(LaunchContainer.Launched(type, $"strict {options}"), "--own-session"));
            _ = await servers[i].Answers();
        }
        return servers;
    }

    /// <summary>Each of them answers.</summary>
    public static async Task Talk(IEnumerable<Server> servers)
    {
        foreach (var server in servers)
            _ = await server.Answers();
    }

    /// <summary>How many servers the gateway has ended because another one crashed.</summary>
    public async Task<int> Ended() => int.Parse((await Client.Ask("ended")).Split(' ')[1], CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _gateway?.Dispose();
        if (_container is not null)
            await _container.DisposeAsync();
    }
}
