using System.Buffers;
using System.Collections.Immutable;
using MetaMcp.Init.Accounting;
using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Looking;

/// <summary>The verbs <c>status</c> and <c>ps</c>: rows of PID 1 and figures of the kernel.</summary>
internal static class StatusVerb
{
    private const int LastEvents = 8;
    private const int LastLines = 8;

    public static int Status(IReadOnlyList<string> names, bool isJson, ScreenStyle style)
    {
        using var client = VerbAnswers.Open();
        if (client is null)
            return VerbAnswers.NoInit;
        var reader = (isJson, names.Count) switch
        {
            (_, > 0) => new UsageReader(UsageParts.All),
            (true, _) => new UsageReader(UsageParts.All & ~UsageParts.Descriptors),
            // The line of all has figures of its own.
            _ => new UsageReader(UsageParts.Status, UsageParts.Status | UsageParts.Peak | UsageParts.Pressure),
        };
        var request = new ControlRequest(ControlVerb.Status) { Names = [.. names] };
        if (Document(client, request, reader, out var exitCode) is not { } found)
            return exitCode;
        var counted = reader.Complete(found);
        if (isJson)
            return Json(counted, names.Count > 0);
        if (names.Count == 0)
        {
            Page.Out(StatusScreen.Draw(counted, style));
            return VerbAnswers.Success;
        }
        for (var at = 0; at < names.Count; at++)
            Page.Out((at > 0 ? "\n" : "") + Draw(client, counted, names[at], style));
        if (!client.IsLost)
            return VerbAnswers.Success;
        // The page has no events or lines where they did not come.
        Page.Error(VerbAnswers.Lost);
        return VerbAnswers.NoInit;
    }

    public static int Ps(IReadOnlyList<string> names, bool isJson, ScreenStyle style)
    {
        using var client = VerbAnswers.Open();
        if (client is null)
            return VerbAnswers.NoInit;
        var reader = new UsageReader(UsageParts.Status | UsageParts.Processes);
        if (Document(client, new ControlRequest(ControlVerb.Ps) { Names = [.. names] }, reader, out var exitCode) is not { } found)
            return exitCode;
        // Who asks for some names has not asked for the rest.
        if (names.Count == 0)
            found = found with { Processes = [.. found.Processes, .. ProcessLook.Foreign(found.System.Pid)] };
        var counted = reader.Complete(found);
        if (isJson)
            return Json(counted, names.Count > 0, withProcesses: true);
        Page.Out(PsScreen.Draw(counted, style));
        return VerbAnswers.Success;
    }

    private static StatusDocument? Document(ControlClient client, ControlRequest request, UsageReader reader, out int exitCode)
    {
        var rows = VerbAnswers.Ask(client, request, out exitCode, reader.Take);
        if (rows is null)
            return null;
        if (StatusDocument.From(rows) is { } document)
            return document;
        Page.Error("mcp-init: PID 1 is of another version, whose answer cannot be read");
        exitCode = VerbAnswers.NoInit;
        return null;
    }

    internal static string Draw(ControlClient client, StatusDocument status, string name, ScreenStyle style)
    {
        var page = new NamePage(status, name)
        {
            Processes = ProcessLook.Read(UsageReader.ProcessesOf(status, name)),
            Events = Last<EventRow>(client, new ControlRequest(ControlVerb.Events) { Names = [name] }, LastEvents),
            Log = client.MayAct
                ? Last<LogRow>(client, new ControlRequest(ControlVerb.Logs) { Names = [name], Lines = LastLines }, LastLines) : [],
        };
        return NameScreen.Draw(page, style) ?? "";
    }

    private static ImmutableArray<T> Last<T>(ControlClient client, ControlRequest request, int most)
        where T : StatusRow
    {
        var rows = client.Answer(request)?.OfType<T>().ToList() ?? [];
        return [.. rows.Skip(rows.Count - most)];
    }

    /// <summary>Where no cgroup counts the workload, the sum is over the rows that were asked for, which is not all of it.</summary>
    internal static StatusDocument WithoutSum(StatusDocument status) =>
        status.System.Cgroup is null ? status with { Workload = null } : status;

    private static int Json(StatusDocument status, bool isOfSome, bool withProcesses = false)
    {
        var text = new ArrayBufferWriter<byte>(8192);
        MachineOutput.Status(isOfSome ? WithoutSum(status) : status, text, withProcesses);
        Page.Out(text.WrittenSpan);
        return VerbAnswers.Success;
    }
}
