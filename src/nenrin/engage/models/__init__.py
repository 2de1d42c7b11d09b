from nenrin.engage.models.survey import SurveyAsk as SurveyAsk
