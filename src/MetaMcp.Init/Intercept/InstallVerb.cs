using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Packages;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Intercept;

/// <summary><c>mcp-init intercept --install [NAME…]</c>, for a RUN of a Dockerfile.</summary>
internal static class InstallVerb
{
    private const string Usage = "usage: mcp-init intercept --install | --uninstall [npx] [uvx]";

    public static int Run(ReadOnlySpan<string> words)
    {
        var names = new List<string>();
        string? action = null;
        foreach (var word in words)
        {
            if (word is "--install" or "--uninstall")
            {
                if (action is not null && action != word)
                    return Refuse($"--install and --uninstall are written, and only one of them can be; {Usage}");
                action = word;
            }
            else if (RunnerCommand.Runners.Contains(word))
                names.Add(word);
            else
                return Refuse(word.StartsWith('-')
                    ? $"unknown option {Quoted.Text(word)}; {Usage}"
                    : $"{Quoted.Text(word)} cannot be intercepted: only npx and uvx say on their command line which package they start");
        }
        if (action is null)
            return Refuse(Usage);
        if (action == "--uninstall")
            return Uninstall(names is [] ? [.. RunnerCommand.Runners] : names);
        if (OwnBinary.Path is not { } own)
            return Fail("the path of this binary is not known (is /proc mounted?)");
        if (!FileLinks.IsForEveryone(own))
            return Fail($"{own} cannot be executed by every user; move it to /usr/local/bin with mode 0755");
        return Install(new Installation(own), names);
    }

    /// <summary>Names that were given must be there; of the usual ones, one.</summary>
    private static int Install(Installation installation, List<string> given)
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

    private static int Uninstall(List<string> names)
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
