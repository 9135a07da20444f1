using System.Runtime.ExceptionServices;

namespace MetaMcp.Init.Events;

/// <summary>
/// The steps of one turn, in order. A step that throws, for a bug or for want of memory, would do so turn after turn and starve the
/// steps after it. So every step is taken, and the first exception is thrown at the end.
/// </summary>
internal sealed class TurnSteps(params Action[] steps)
{
    public void Take()
    {
        Exception? first = null;
        foreach (var step in steps)
        {
#pragma warning disable CA1031 // Every exception is thrown again when the other steps have been taken.
            try
            {
                step();
            }
            catch (Exception problem)
            {
                first ??= problem;
            }
#pragma warning restore CA1031
        }
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
    }
}
