using MetaMcp.Init.Connecting;
using MetaMcp.Init.Core.Control;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Pages;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Looking;

/// <summary>The verbs <c>events</c> and <c>logs</c>: first the rows that are kept, then, to follow, each new one as it comes.</summary>
internal static class StreamVerbs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The output takes no more; <see cref="Page"/> knows the reason, and makes the exit code of it.</summary>
    private const int Cut = VerbAnswers.Success;

    public static int Events(ControlRequest request, int? lines, bool isJson, ScreenStyle style)
    {
        if (!isJson)
            Page.Out(EventLines.Heading(style) + "\n");
        return Read(request, lines ?? int.MaxValue, row => row is EventRow or GapRow, new StreamOutput(isJson, style));
    }

    /// <summary>A search goes through all lines: of the last ones alone it would find nothing, and say so.</summary>
    public static int Logs(ControlRequest request, string? grep, bool isJson, ScreenStyle style) => Read(
        grep is null ? request : request with { Lines = null }, grep is null ? int.MaxValue : request.Lines ?? int.MaxValue,
        row => row is LogRow line && (grep is null || line.Text.Contains(grep, StringComparison.Ordinal)),
        new StreamOutput(isJson, style));

    private static int Read(ControlRequest request, int most, Func<StatusRow, bool> isWanted, StreamOutput output)
    {
        using var client = VerbAnswers.Open();
        if (client is null)
            return VerbAnswers.NoInit;
        var last = new Queue<StatusRow>();
        if (!client.Ask(request with { IsFollowing = false }))
            return Lost();
        StatusRow? row;
        while ((row = client.Next(Patience)) is not (null or EndRow))
        {
            if (!isWanted(row))
                continue;
            // That its number was never given has to be said to an asker of the last few events too.
            if (most < int.MaxValue && row is not GapRow { NeverGiven: not null })
                last.Enqueue(row);
            else if (!output.Show(row))
                return Cut;
            if (last.Count > most)
                _ = last.Dequeue();
        }
        if (row is not EndRow end)
            return Lost();
        foreach (var old in last)
            if (!output.Show(old))
                return Cut;
        if (end.Error == ControlError.None && request.IsFollowing)
            return Follow(client, request with { Since = end.Sequence, Lines = null }, isWanted, output);
        output.End(end);
        return end.Error == ControlError.None ? VerbAnswers.Success : VerbAnswers.Tell(end, request.Verb);
    }

    private static int Follow(ControlClient client, ControlRequest request, Func<StatusRow, bool> isWanted, StreamOutput output)
    {
        if (isatty(1) == 1)
            Page.Error($"-- following; ^C ends; --since {request.Since} goes on from here without a gap --");
        if (!client.Ask(request))
            return Lost();
        while (client.Next(output: Page.Output) is { } row)
        {
            if (row is EndRow end)
            {
                // PID 1 ends, and with it all that could be followed; the next one counts anew.
                output.End(end with { Sequence = null });
                return end.Error == ControlError.None ? VerbAnswers.Success : VerbAnswers.Tell(end, request.Verb);
            }
            if (isWanted(row) && !output.Show(row))
                return Cut;
        }
        // Without an end there is more than was shown: PID 1 drops who does not read for long.
        return client.IsLost ? Lost() : ExitCodes.WithoutReader;
    }

    private static int Lost()
    {
        Page.Error(VerbAnswers.Lost);
        return VerbAnswers.NoInit;
    }
}
