using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Unwrapping;

/// <summary>
/// <c>npx -y PACKAGE</c> whose directory in npm's cache is there and whole. The order of the places is npx's own (libnpmexec): programs and
/// packages of the project, global ones, the cache; an earlier match keeps npx, since only npx knows all of its rules.
/// </summary>
internal static class NpxUnwrap
{
    /// <summary>A name, a tag or a range may mean a newer version tomorrow, and only npm asks for it.</summary>
    private const long Fresh = 24 * 60 * 60;

    /// <summary>A file from the future: clocks differ, or one was set back.</summary>
    private const long Slack = 60 * 60;

    public static UnwrapResult Resolve(UnwrapRequest request, FileFacts files)
    {
        var call = NpxArguments.Read(request.Command.AsSpan(1));
        if (call.Package is not { IsFromRegistry: true } package)
            return UnwrapResult.Stays("npx is given no package of the registry");
        if (!call.IsPlain)
            return UnwrapResult.Stays("npx is given more than -y and -q");
        var places = NpmPlaces.Find(request, files);
        if (places.Problem is { } problem)
            return UnwrapResult.Stays(problem);
        if (Earlier(call.Spec, package.Name, places, files) is { } earlier)
            return UnwrapResult.Stays(earlier);
        var directory = $"{places.Cache}/_npx/{Unwrapper.DirectoryOf(call.Spec)}";
        if (Flaw(directory, call.Spec, package.Name, files) is { } flaw)
            return UnwrapResult.Stays(flaw);
        var installed = $"{directory}/node_modules/{package.Name}/package.json";
        if (files.Read(installed) is not { } text || PackageFile.Read(text) is not { } manifest || manifest.Name != package.Name)
            return UnwrapResult.Stays($"{installed} cannot be read");
        var isExact = IsExact(package.Version);
        if (isExact && manifest.Version != package.Version)
            return UnwrapResult.Stays($"{package.Name} is there as {manifest.Version}");
        if (manifest.Program() is not { } name || name.Contains('/', StringComparison.Ordinal))
            return UnwrapResult.Stays($"{package.Name} has several programs, or none");
        var program = $"{directory}/node_modules/.bin/{name}";
        if (!files.IsProgram(program))
            return UnwrapResult.Stays($"{program} is no program");
        if (!isExact && Age(directory, files, request.Now) is not (>= -Slack and < Fresh))
            return UnwrapResult.Stays("npm is asked for a newer version once a day", asked: directory);
        var version = files.Read($"{places.Npm}/package.json") is { } own ? PackageFile.Read(own)?.Version : null;
        return UnwrapResult.Of(program, call.Length, NpxEnvironment.Of(request, places, version, directory, name));
    }

    /// <summary>A place before the cache that has the program or the package.</summary>
    private static string? Earlier(string spec, string package, NpmPlaces places, FileFacts files)
    {
        if (places.LocalPackage is not { HasPrograms: false } && files.Exists($"{places.Local}/package.json"))
            return $"{places.Local}/package.json has programs of its own, or cannot be read";
        for (var at = places.Local; ; at = NpmPlaces.Parent(at))
        {
            var inside = at == "/" ? "" : at;
            if (files.Exists($"{inside}/node_modules/.bin/{spec}"))
                return $"{inside}/node_modules has a program {spec}";
            if (at == "/")
                break;
        }
        if (files.Exists($"{places.Local}/node_modules/{package}"))
            return $"{places.Local}/node_modules has {package}";
        if (files.Exists($"{places.Global}/bin/{spec}"))
            return $"{places.Global}/bin has a program {spec}";
        return files.Exists($"{places.Global}/lib/node_modules/{package}") ? $"{package} is installed globally" : null;
    }

    /// <summary>
    /// What is wrong with the directory: npm writes package.json and the list of packages last, so without them an install was cut off; so
    /// it was if a package that was being replaced is still there under the name that npm gives it meanwhile.
    /// </summary>
    private static string? Flaw(string directory, string spec, string package, FileFacts files)
    {
        if (files.Read($"{directory}/package.json") is not { } text)
            return files.Exists(directory) ? $"{directory} was not installed to its end" : $"{package} is not in npm's cache";
        if (files.Exists($"{directory}/concurrency.lock"))
            return $"npm is at work in {directory}";
        if (PackageFile.Read(text) is not { } made || made.Dependencies is not [var only] || only != package)
            return $"{directory}/package.json does not have {package} alone";
        if (made.NpxPackages is { } packages && (packages.Length != 1 || packages[0] != spec))
            return $"{directory} was made for {string.Join(", ", packages)}";
        if (!files.Exists($"{directory}/node_modules/.package-lock.json"))
            return $"{directory} was not installed to its end";
        return WasCutOff($"{directory}/node_modules", files) ? $"an install in {directory} was cut off" : null;
    }

    private static bool WasCutOff(string modules, FileFacts files)
    {
        foreach (var name in files.Names(modules))
            if ((name.StartsWith('.') && name is not (".bin" or ".package-lock.json" or ".cache")) ||
                (name.StartsWith('@') && WasCutOff($"{modules}/{name}", files)))
                return true;
        return false;
    }

    /// <summary>Seconds since npm was last asked: npm changes the directory each time, or we do in its stead.</summary>
    private static long? Age(string directory, FileFacts files, long now)
    {
        long? newest = null;
        foreach (var path in (ReadOnlySpan<string>)[directory, $"{directory}/package.json", $"{directory}/node_modules/.package-lock.json"])
            if (files.ChangedAt(path) is { } time && !(time <= newest))
                newest = time;
        return now - newest;
    }

    /// <summary>One version, which never changes: 1.2.3, 1.2.3-rc.1.</summary>
    private static bool IsExact(string? version)
    {
        if (version is null)
            return false;
        var end = version.AsSpan().IndexOfAny('-', '+');
        var numbers = 0;
        foreach (var part in version.AsSpan(0, end < 0 ? version.Length : end).Split('.'))
        {
            var digits = version.AsSpan(0, end < 0 ? version.Length : end)[part];
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
                return false;
            numbers++;
        }
        return numbers == 3;
    }
}
