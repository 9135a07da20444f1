using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Intercept;

/// <summary><c>mcp-init intercept --install [NAME…]</c>, for a RUN of a Dockerfile.</summary>
internal static class InstallVerb
{
    private const string Usage = "usage: mcp-init intercept --install | --uninstall [npx] [uvx]";

    /// <param name="install">Put the links in place.</param>
    /// <param name="uninstall">Put the originals in place. One of the two has to be asked for.</param>
    /// <param name="names">Of runners; empty for all that are there.</param>
    public static int Run(bool install, bool uninstall, IReadOnlyList<string> names)
    {
        if (install && uninstall)
            return Refuse($"--install and --uninstall are written, and only one of them can be; {Usage}");
        if (!install && !uninstall)
            return Refuse(Usage);
        if (uninstall)
            return Uninstall(names is [] ? [.. RunnerCommand.Runners] : names);
        if (OwnBinary.Path is not { } own)
            return Fail("the path of this binary is not known (is /proc mounted?)");
        if (!FileLinks.IsForEveryone(own))
            return Fail($"{own} cannot be executed by every user; move it to /usr/local/bin with mode 0755");
        return Install(new Installation(own), names);
    }

    /// <summary>Names that were given must be there; of the usual ones, one.</summary>
    private static int Install(Installation installation, IReadOnlyList<string> given)
    {
        var (installed, code) = (new HashSet<string>(StringComparer.Ordinal), ExitCodes.Success);
        foreach (var directory in Installation.Directories())
            foreach (var name in given is [] ? [.. RunnerCommand.Runners] : given)
                if (installation.Install(directory, name, out var isRefused) is { } line)
                    code = Say(line, isRefused, name, installed, code);
        foreach (var name in given)
            if (!installed.Contains(name))
                code = Fail($"there is no {name} in PATH; install it first");
        return code == ExitCodes.Success && installed.Count == 0 ? Fail("there is neither npx nor uvx in PATH; install it first") : code;
    }

    private static int Uninstall(IReadOnlyList<string> names)
    {
        var (installed, code) = (new HashSet<string>(StringComparer.Ordinal), ExitCodes.Success);
        foreach (var directory in Installation.Directories())
            foreach (var name in names)
                if (Installation.Uninstall(directory, name, out var isRefused) is { } line)
                    code = Say(line, isRefused, name, installed, code);
        if (installed.Count == 0 && code == ExitCodes.Success)
            Page.Out("nothing is installed\n");
        return code;
    }

    private static int Say(string line, bool isRefused, string name, HashSet<string> installed, int code)
    {
        if (isRefused)
            return Fail(line);
        installed.Add(name);
        Page.Out(line + "\n");
        return code;
    }

    private static int Fail(string message)
    {
        Page.Error($"mcp-init intercept: {message}");
        return ExitCodes.Failure;
    }

    private static int Refuse(string message)
    {
        Page.Error($"mcp-init intercept: {message}");
        return ExitCodes.Configuration;
    }
}
