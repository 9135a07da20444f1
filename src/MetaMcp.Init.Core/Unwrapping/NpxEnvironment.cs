using System.Collections.Immutable;
using System.Text;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>The variables that npx sets for the program that it starts (@npmcli/run-script and @npmcli/config).</summary>
internal static class NpxEnvironment
{
    /// <param name="request">The command and its environment.</param>
    /// <param name="places">Where npm looks.</param>
    /// <param name="version">Of npm; null if it is not known.</param>
    /// <param name="directory">The directory in npm's cache.</param>
    /// <param name="program">The name of the program.</param>
    public static ImmutableSortedDictionary<string, string> Of(
        UnwrapRequest request, NpmPlaces places, string? version, string directory, string program)
    {
        var set = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in places.Settings.OfFiles())
            set[name] = value;
        foreach (var word in request.Command.AsSpan(1))
        {
            // Arguments of the program may be the same words, and then npx sets no more than it has set.
            if (word is "-y" or "--yes")
                set["npm_config_yes"] = "true";
            else if (word is "-q" or "--quiet")
                set["npm_config_loglevel"] = "warn";
            else
                break;
        }
        foreach (var (name, value) in request.Variables)
            // What npm finds in the environment is passed on as it is, and comes before its files.
            if (name.StartsWith("npm_config_", StringComparison.Ordinal))
                set.Remove(name);
        Directories(set, places);
        Lifecycle(set, request, places, program);
        if (version is not null)
        {
            set["npm_config_npm_version"] = version;
            set["npm_config_user_agent"] = $"npm/{version} linux {request.Processor} workspaces/false";
        }
        set["PATH"] = Path(request, places, directory);
        return set.ToImmutable();
    }

    private static void Directories(ImmutableSortedDictionary<string, string>.Builder set, NpmPlaces places)
    {
        set["npm_config_cache"] = places.Cache;
        set["npm_config_globalconfig"] = places.GlobalFile;
        set["npm_config_global_prefix"] = places.Global;
        set["npm_config_init_module"] = $"{places.Home}/.npm-init.js";
        set["npm_config_local_prefix"] = places.Local;
        set["npm_config_noproxy"] = places.NoProxy;
        set["npm_config_node_gyp"] = $"{places.Npm}/node_modules/node-gyp/bin/node-gyp.js";
        set["npm_config_prefix"] = places.Global;
        set["npm_config_userconfig"] = places.UserFile;
        set["npm_execpath"] = $"{places.Npm}/bin/npm-cli.js";
        set["npm_node_execpath"] = set["NODE"] = places.Node;
    }

    private static void Lifecycle(
        ImmutableSortedDictionary<string, string>.Builder set, UnwrapRequest request, NpmPlaces places, string program)
    {
        set["INIT_CWD"] = request.Directory;
        set["npm_command"] = "exec";
        set["npm_lifecycle_event"] = "npx";
        set["npm_lifecycle_script"] = program;
        set["npm_package_json"] = $"{request.Directory.TrimEnd('/')}/package.json";
        if (places.LocalPackage?.Name is { } name)
            set["npm_package_name"] = name;
        if (places.LocalPackage?.Version is { } own)
            set["npm_package_version"] = own;
    }

    /// <summary>Programs of the cached directory, of every directory upward, of npm, and those of before.</summary>
    private static string Path(UnwrapRequest request, NpmPlaces places, string directory)
    {
        var path = new StringBuilder($"{directory}/node_modules/.bin");
        for (var at = request.Directory; ; at = NpmPlaces.Parent(at))
        {
            path.Append(':').Append(at == "/" ? "" : at).Append("/node_modules/.bin");
            if (at == "/")
                break;
        }
        path.Append(':').Append(places.Npm).Append("/node_modules/@npmcli/run-script/lib/node-gyp-bin");
        return path.Append(':').Append(request.Variable("PATH")).ToString();
    }
}
