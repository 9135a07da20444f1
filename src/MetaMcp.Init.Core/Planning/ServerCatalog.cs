using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Planning;

/// <summary>Which type of server a launch is of: by its name, or by the package that an intercepted npx or uvx would start.</summary>
public sealed class ServerCatalog
{
    /// <summary>The longest name of a service or server.</summary>
    private const int LongestName = 64;

    private readonly Settings settings;
    private readonly Dictionary<string, ServerSettings> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServerSettings> byPackage = new(StringComparer.Ordinal);

    public ServerCatalog(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        foreach (var server in settings.Servers)
            byName[server.Name] = server;
        // Two may match one package: a match that the file gives comes before one that was taken from a command (ServerChecks).
        for (var i = 0; i < settings.Servers.Length; i++)
            if (settings.Origin.Server(i).Match is not null)
                AddPackages(settings.Servers[i], exact: true);
        foreach (var server in settings.Servers)
            AddPackages(server, exact: true);
        // The names of Python packages come in their normal form, and files have them as people write them.
        foreach (var server in settings.Servers)
            AddPackages(server, exact: false);
    }

    /// <summary>The type in the file; null if it has none for it.</summary>
    /// <param name="name">As <c>launch NAME</c> gives it; null if the launch was intercepted.</param>
    /// <param name="package">The package without a version; used where there is no name.</param>
    public ServerSettings? Find(string? name, string? package)
    {
        if (name is not null)
            return byName.GetValueOrDefault(name);
        if (package is null)
            return null;
        if (byPackage.TryGetValue(package, out var server))
            return server;
        // A table without command and match is of the package that has its name.
        return byName.TryGetValue(NameOf(package), out var named) && named.Match.IsEmpty && named.Command.IsEmpty ? named : null;
    }

    /// <summary>The type of a launch that no table describes: every default, and the limits for all.</summary>
    /// <param name="name">The name given, or the package; made fit for a directory and a word of the log.</param>
    public ServerSettings Unknown(string name)
    {
        var made = NameOf(name);
        // Not counted with a type of the file that is another package.
        for (var number = 2; byName.ContainsKey(made); number++)
            made = $"{made[..Math.Min(made.Length, LongestName - 4)]}-{number}";
        return ServerSettings.Default(made, settings.Shutdown);
    }

    /// <summary><c>@scope/name</c> becomes <c>scope-name</c>; what no name may have becomes "-".</summary>
    public static string NameOf(string package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var text = package.AsSpan().TrimStart('@');
        if (text.Length > LongestName)
            text = text[..LongestName];
        var name = string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                to[i] = char.IsAsciiLetterOrDigit(from[i]) || from[i] is '_' or '.' or '@' ? from[i] : '-';
        });
        name = name.TrimStart('-');
        return name is "" or "." or ".." or "mcp-init" ? "server" : name;
    }

    private void AddPackages(ServerSettings server, bool exact)
    {
        foreach (var package in server.Match)
            byPackage.TryAdd(exact || package[0] == '@' ? package : PackageSpec.Normal(package), server);
    }
}
