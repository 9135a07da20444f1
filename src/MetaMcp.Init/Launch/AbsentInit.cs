using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Output;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Launch;

/// <summary>No mcp-init runs here, as on a laptop: the same configuration starts the server without one.</summary>
internal static unsafe class AbsentInit
{
    /// <summary>Becomes the command after one warning; returns an exit code if that fails.</summary>
    /// <param name="subject">The name or the package.</param>
    /// <param name="command">Null if there is none.</param>
    /// <param name="reason">Why the init cannot be asked.</param>
    public static int Run(string subject, byte** command, string reason)
    {
        if (command == null)
        {
            StandardError.TryWriteLine(
                $"mcp-init launch: no mcp-init can be asked for the command of {subject} ({reason}); " +
                $"to start it without one, write: mcp-init launch {subject} -- CMD");
            return ExitCodes.System;
        }
        StandardError.TryWriteLine(
            $"mcp-init launch: there is no mcp-init to ask ({reason}): {subject} runs without limits and is not ended with its client");
        var environment = StartArguments.Environment;
        if (ServerVariables.PathWithoutShims() is { } path)
            environment = ServiceEnvironment.Build(EnvironmentEdits.None with { Set = [ByteText.Encode($"PATH={path}")] }, null, false);
        SignalReset.To(SignalReset.Inherited);
        var failure = CommandSearch.Execute(command, environment).Failure;
        StandardError.TryWriteLine($"mcp-init launch: {subject}: {failure.Sentence}");
        return failure.ExitCode;
    }
}
