using System.Buffers;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Looking;

/// <summary>The verbs <c>health</c> and <c>is-ready</c>.</summary>
internal static class HealthVerbs
{
    public static int Health(IReadOnlyList<string> names, bool isAlive, bool isJson, ScreenStyle style)
    {
        if (Ask("health", names, isAlive, out var exitCode) is not { } rows)
            return exitCode;
        var end = (EndRow)rows[^1];
        // A mistyped name is no answer about health.
        if (end.Error is not (ControlError.None or ControlError.State))
            return VerbAnswers.Tell(end, ControlVerb.Health);
        var services = rows.OfType<ServiceRow>();
        var level = isAlive ? "alive" : "ready";
        if (isJson)
        {
            var text = new ArrayBufferWriter<byte>(1024);
            MachineOutput.Health(end, level, services, text);
            Page.Out(text.WrittenSpan);
        }
        else
            Page.Out(HealthLines.Draw(end, level, services, style));
        return end.Error == ControlError.None ? VerbAnswers.Success : VerbAnswers.Refused;
    }

    public static int IsReady(IReadOnlyList<string> names)
    {
        if (Ask("is-ready", names, false, out var exitCode) is not { } rows)
            return exitCode;
        var end = (EndRow)rows[^1];
        return end.Error switch
        {
            ControlError.None => VerbAnswers.Success,
            ControlError.State => VerbAnswers.Refused,
            _ => VerbAnswers.Tell(end, "is-ready"),
        };
    }

    private static List<StatusRow>? Ask(string verb, IReadOnlyList<string> names, bool isAlive, out int exitCode)
    {
        exitCode = VerbAnswers.NoInit;
        using var client = VerbAnswers.Open();
        if (client is null)
            return null;
        if (client.Answer(new ControlRequest(ControlVerb.Health) { Names = [.. names], IsAlive = isAlive }) is not { } rows)
        {
            Page.Error(VerbAnswers.Lost);
            return null;
        }
        if (rows[^1] is not EndRow { Error: ControlError.None or ControlError.State } || WithoutHealth(names, rows) is not { } server)
            return rows;
        Page.Error($"mcp-init {verb}: {TextOf(server)}");
        exitCode = VerbAnswers.Refused;
        return null;
    }

    /// <summary>
    /// A name that has no row is a server's: the answer would be that of the container. Null if each is a service's.
    /// </summary>
    internal static string? WithoutHealth(IReadOnlyList<string> names, IReadOnlyList<StatusRow> rows)
    {
        foreach (var name in names)
            if (!rows.Any(row => row is ServiceRow service && service.Name == name))
                return name;
        return null;
    }

    /// <summary>Why a question about its health, or for it to become ready, has no answer.</summary>
    internal static string TextOf(string server) =>
        $"{server} is a server, which has no health of its own; mcp-init status {server} shows it";
}
