using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Connecting;

/// <summary>The parts that all verbs have in common that ask the running mcp-init.</summary>
internal static class VerbAnswers
{
    public const int Success = 0;
    public const int Refused = 1;
    public const int NoInit = 2;

    /// <summary>The rows of an answer that was not refused; null and the exit code, after the reason was shown.</summary>
    public static List<StatusRow>? Ask(ControlRequest request, out int exitCode)
    {
        exitCode = NoInit;
        using var client = Open();
        return client is null ? null : Ask(client, request, out exitCode);
    }

    /// <summary>Null after the reason was shown.</summary>
    public static ControlClient? Open()
    {
        var client = ControlClient.Open(out var problem);
        if (client is null)
            Page.Error($"mcp-init: {problem}");
        return client;
    }

    /// <inheritdoc cref="Ask(ControlRequest, out int)"/>
    public static List<StatusRow>? Ask(ControlClient client, ControlRequest request, out int exitCode, Action<StatusRow>? onRow = null)
    {
        exitCode = NoInit;
        if (client.Answer(request, onRow: onRow) is not { } rows)
        {
            Page.Error(Lost);
            return null;
        }
        exitCode = Success;
        if (rows[^1] is not EndRow { Error: not ControlError.None } end)
            return rows;
        exitCode = Tell(end, request.Verb);
        return null;
    }

    public const string Lost = "mcp-init: PID 1 has not answered, or has closed the connection; try again";

    /// <summary>Shows why a request was refused.</summary>
    public static int Tell(EndRow end, ControlVerb verb) => Tell(end, ControlVerbs.Word(verb));

    /// <summary>The same for a verb that asks PID 1 by another one.</summary>
    public static int Tell(EndRow end, string verb)
    {
        Page.Error($"mcp-init {verb}: {end.Text}");
        return Refused;
    }
}
