namespace MetaMcp.Init.Tests.Output;

/// <summary>A deadline for calls that must not block: a test that hangs does not show where.</summary>
internal static class Within
{
    public static void Seconds(int seconds, Action action)
    {
        var thread = new Thread(Run) { IsBackground = true };
        Exception? thrown = null;
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(seconds)), "it blocked");
        if (thrown is not null)
            Assert.Fail(thrown.ToString());

        void Run()
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        }
    }
}
