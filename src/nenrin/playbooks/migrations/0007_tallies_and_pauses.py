import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_renewal_forecasts'),
        ('playbooks', '0006_enrolments'),
    ]

    operations = [
        migrations.CreateModel(
            name='PassedBy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('read', models.BigIntegerField()),
                ('signs', models.PositiveIntegerField(null=True)),
                ('accounts', models.PositiveIntegerField(null=True)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RunTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=8)),
                ('count', models.PositiveIntegerField()),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='universalholdout',
            name='usual',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['ended_at', 'playbook', 'state'], name='run_by_end'),
        ),
        migrations.AddConstraint(
            model_name='universalholdout',
            constraint=models.CheckConstraint(condition=models.Q(('usual__gte', 0), ('usual__lte', 0.5)), name='usual_holdout_is_half_at_most'),
        ),
        migrations.AddField(
            model_name='passedby',
            name='playbook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='playbooks.playbook'),
        ),
        migrations.AddField(
            model_name='passedby',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='playbooks.playbookversion'),
        ),
        migrations.AddField(
            model_name='runtally',
            name='playbook',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='playbooks.playbook'),
        ),
        migrations.AddConstraint(
            model_name='runtally',
            constraint=models.UniqueConstraint(fields=('playbook', 'state'), name='one_tally_a_state'),
        ),
    ]
