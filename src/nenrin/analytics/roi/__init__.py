"""What the field's slogans come to in money, and under which assumptions they hold."""
