using System.Collections.Immutable;
using MetaMcp.Init.Core.Config.Toml;
using MetaMcp.Init.Core.Http;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Config;

/// <summary>Values of <c>[serve]</c> with rules of their own.</summary>
internal static class ServeReader
{
    public static ListenAddress? Listen(ValueReader value)
    {
        const string example = "127.0.0.1:9464";
        if (value.Text(example) is not { } text)
            return null;
        if (ListenAddress.Parse(text, out var error) is { } address)
            return address;
        value.Error(
            $"{value.Name} = {Quoted.Text(text)} {error}; write an address and a port as \"{example}\", \":9464\" for all addresses, or " +
            "\"unix:/run/serve/serve.sock\" in a directory that its user may write to");
        return null;
    }

    /// <summary>The directory of mcp-init's own sockets is no place for one of a server that has its rights taken away.</summary>
    public static void CheckPlace(ServeSettings serve, string runtimeDirectory, SourcePosition at, Problems problems)
    {
        if (serve.Listen?.Path is not { } path || serve.Attributes.User is "root" or "0" ||
            !path.StartsWith(runtimeDirectory.TrimEnd('/') + "/", StringComparison.Ordinal))
            return;
        problems.Warning(
            at,
            $"{Quoted.Text($"unix:{path}")} is in runtime_dir, where nobody but root may make a file if mcp-init runs as root, and serve " +
            $"runs as {serve.Attributes.User ?? "nobody"}; choose a directory that this user may write to");
    }

    /// <summary>Names without a port: a browser that was led here by another name sends that one.</summary>
    public static ImmutableArray<string>? Hosts(ValueReader value)
    {
        if (value.Texts("metrics.internal") is not { } names)
            return null;
        var items = ((TomlArray)value.Node).Items;
        for (var i = 0; i < names.Length; i++)
        {
            if (HostAndPort.Parse(names[i], 1, out _) is { Port: 1 } host && host.Host == names[i])
                continue;
            value.Item(i, items[i]).Error(
                $"{Quoted.Text(names[i])} is no name of a host; write it as \"metrics.internal\", without a port (addresses are always " +
                "allowed)");
            return null;
        }
        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
