using System.Buffers;
using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Pages;

namespace MetaMcp.Init.Looking;

/// <summary>Writes the rows of <c>events</c> and <c>logs</c> one by one, each as soon as it is there.</summary>
internal sealed class StreamOutput(bool isJson, ScreenStyle style)
{
    private readonly ArrayBufferWriter<byte> _line = new(512);

    /// <summary>False once the output takes no more.</summary>
    public bool Show(StatusRow row)
    {
        if (isJson)
        {
            _line.ResetWrittenCount();
            MachineOutput.Line(row, _line);
            return Page.Out(_line.WrittenSpan);
        }
        return Page.Out(row switch
        {
            EventRow happened => EventLines.Draw(happened, style),
            GapRow gap => EventLines.Draw(gap, style),
            LogRow line => LogLines.Draw(line, style),
            _ => "",
        } + "\n");
    }

    /// <summary>The end of an answer, by which a program knows that it has all of it, and where to go on.</summary>
    public void End(EndRow end)
    {
        if (isJson)
            _ = Show(end);
    }
}
